import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface EnvironmentRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  createdAt: true,
  updatedAt: true,
} as const;

@Injectable()
export class EnvironmentStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string): Promise<EnvironmentRow | null> {
    return this.db.environment.findFirst({ where: { id, organizationId, deletedAt: null }, select: columns });
  }

  /** The oldest one: `default`, unless it was deleted. */
  findFirst(organizationId: string): Promise<EnvironmentRow | null> {
    return this.db.environment.findFirst({
      where: { organizationId, deletedAt: null },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      select: columns,
    });
  }

  async list(organizationId: string, request: PageRequest): Promise<Page<EnvironmentRow>> {
    const [rows, total] = await Promise.all([
      this.db.environment.findMany({
        where: { organizationId, deletedAt: null, ...pageWhere(request.after) },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.environment.count({ where: { organizationId, deletedAt: null } }),
    ]);
    return { rows, total };
  }

  /** Throws a unique violation when the organization has one of that name. */
  create(
    tx: ControlTx,
    row: { id: string; organizationId: string; displayName: string },
  ): Promise<EnvironmentRow> {
    return tx.environment.create({ data: row, select: columns });
  }

  rename(tx: ControlTx, organizationId: string, id: string, displayName: string): Promise<EnvironmentRow> {
    return tx.environment.update({ where: { id, organizationId }, data: { displayName }, select: columns });
  }

  /** Locks the environment, so that no cluster is placed in it meanwhile; false if there is none. */
  async lock(tx: ControlTx, organizationId: string, id: string): Promise<boolean> {
    const rows = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM environments WHERE id = ${id} AND organization_id = ${organizationId}::uuid AND deleted_at IS NULL
      FOR UPDATE`;
    return rows.length > 0;
  }

  clustersIn(tx: ControlTx, organizationId: string, id: string): Promise<number> {
    return tx.cluster.count({ where: { organizationId, environmentId: id, deletedAt: null } });
  }

  /** Clusters that are gone keep their rows, for usage, and so does where they were. */
  async remove(tx: ControlTx, organizationId: string, id: string, now: number): Promise<void> {
    await tx.environment.update({
      where: { id, organizationId },
      data: { deletedAt: new Date(now) },
      select: { id: true },
    });
  }
}
