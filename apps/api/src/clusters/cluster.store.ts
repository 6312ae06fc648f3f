import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Reach } from '../access/access.ts';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface ClusterRow {
  readonly id: string;
  readonly organizationId: string;
  readonly environmentId: string;
  readonly displayName: string;
  readonly kind: string;
  readonly cku: number | null;
  /** How many units it has; null: none, or not yet. */
  readonly statusCku: number | null;
  readonly availability: string;
  readonly cloud: string;
  readonly region: string;
  readonly cellId: string;
  /** Null: not known yet, or the installation's own. */
  readonly bootstrapEndpoint: string | null;
  readonly phase: string;
  readonly deletionProtection: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const clusterColumns = {
  id: true,
  organizationId: true,
  environmentId: true,
  displayName: true,
  kind: true,
  cku: true,
  statusCku: true,
  availability: true,
  cloud: true,
  region: true,
  cellId: true,
  bootstrapEndpoint: true,
  phase: true,
  deletionProtection: true,
  createdAt: true,
  updatedAt: true,
} as const;

const columns = clusterColumns;

/** What a caller sees of an organization's clusters. */
export const clustersWithin = ({ clusterIds, environmentIds, everywhere }: Reach) =>
  everywhere ? {} : { OR: [{ environmentId: { in: [...environmentIds] } }, { id: { in: [...clusterIds] } }] };

@Injectable()
export class ClusterStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** Null also for a cluster of another organization, and for one that is gone. */
  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<ClusterRow | null> {
    return tx.cluster.findFirst({ where: { id, organizationId, deletedAt: null }, select: columns });
  }

  async list(
    organizationId: string,
    environmentId: string | undefined,
    reach: Reach,
    request: PageRequest,
  ): Promise<Page<ClusterRow>> {
    const scope = {
      organizationId,
      deletedAt: null,
      ...(environmentId === undefined ? {} : { environmentId }),
      ...clustersWithin(reach),
    };
    const [rows, total] = await Promise.all([
      this.db.cluster.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.cluster.count({ where: scope }),
    ]);
    return { rows, total };
  }

  create(tx: ControlTx, row: Omit<ClusterRow, 'createdAt' | 'updatedAt'>): Promise<ClusterRow> {
    return tx.cluster.create({ data: row, select: columns });
  }

  update(
    tx: ControlTx,
    organizationId: string,
    id: string,
    change: { displayName?: string; deletionProtection?: boolean; kind?: string; cku?: number | null },
  ): Promise<ClusterRow> {
    return tx.cluster.update({ where: { id, organizationId }, data: change, select: columns });
  }

  /** Locks the row until the transaction ends; null as in `find`. */
  async lock(tx: ControlTx, organizationId: string, id: string): Promise<ClusterRow | null> {
    await tx.$queryRaw`SELECT 1 FROM clusters WHERE id = ${id} FOR UPDATE`;
    return this.find(organizationId, id, tx);
  }

  /** What the cell is told of it has changed. */
  async renewIntent(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    const data = { intentVersion: { increment: 1 } };
    await tx.cluster.update({ where: { id, organizationId }, data, select: { id: true } });
  }

  /** Nobody sees it from now on, and until then it can be restored. */
  async setDeleted(
    tx: ControlTx,
    organizationId: string,
    id: string,
    { deletedAt, restorableUntil }: { readonly deletedAt: Date; readonly restorableUntil: Date },
  ): Promise<void> {
    await tx.cluster.update({
      where: { id, organizationId },
      data: { deletedAt, restorableUntil, intentVersion: { increment: 1 } },
      select: { id: true },
    });
  }
}
