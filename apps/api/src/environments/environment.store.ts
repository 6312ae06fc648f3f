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

const among = (ids: readonly string[] | null) => (ids === null ? {} : { id: { in: [...ids] } });

@Injectable()
export class EnvironmentStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<EnvironmentRow | null> {
    return tx.environment.findFirst({ where: { id, organizationId, deletedAt: null }, select: columns });
  }

  /** The oldest of those: `default`, unless it was deleted. `ids` null: of all. */
  findFirst(organizationId: string, ids: readonly string[] | null): Promise<EnvironmentRow | null> {
    return this.db.environment.findFirst({
      where: { organizationId, deletedAt: null, ...among(ids) },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      select: columns,
    });
  }

  /** `ids` null: all of them. */
  async list(
    organizationId: string,
    ids: readonly string[] | null,
    request: PageRequest,
  ): Promise<Page<EnvironmentRow>> {
    const scope = { organizationId, deletedAt: null, ...among(ids) };
    const [rows, total] = await Promise.all([
      this.db.environment.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.environment.count({ where: scope }),
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
