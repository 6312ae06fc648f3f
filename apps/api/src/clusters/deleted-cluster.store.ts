import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { lockCluster } from '@weir/provisioning/intents.store';
import type { Reach } from '../access/access.ts';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { type ClusterRow, clusterColumns, clustersWithin } from './cluster.store.ts';

export interface DeletedClusterRow extends ClusterRow {
  readonly deletedAt: Date;
  readonly restorableUntil: Date;
  readonly environmentName: string;
}

const columns = {
  ...clusterColumns,
  deletedAt: true,
  restorableUntil: true,
  environment: { select: { displayName: true } },
} as const;

interface Stored extends ClusterRow {
  readonly deletedAt: Date | null;
  readonly restorableUntil: Date | null;
  readonly environment: { readonly displayName: string };
}

const rowsOf = ({ deletedAt, environment, restorableUntil, ...row }: Stored): readonly DeletedClusterRow[] =>
  deletedAt === null || restorableUntil === null
    ? []
    : [{ ...row, deletedAt, restorableUntil, environmentName: environment.displayName }];

/** Clusters that were deleted, and that their cells still keep. */
@Injectable()
export class DeletedClusterStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  async list(
    organizationId: string,
    reach: Reach,
    now: Date,
    request: PageRequest,
  ): Promise<Page<DeletedClusterRow>> {
    const scope = { organizationId, ...restorable(now), ...clustersWithin(reach) };
    const [rows, total] = await Promise.all([
      this.db.cluster.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.cluster.count({ where: scope }),
    ]);
    return { rows: rows.flatMap(rowsOf), total };
  }

  /** Locks the row until the transaction ends; null where there is none that can be restored. */
  async lock(
    tx: ControlTx,
    organizationId: string,
    id: string,
    now: Date,
  ): Promise<DeletedClusterRow | null> {
    await lockCluster(tx, id);
    const where = { id, organizationId, ...restorable(now) };
    const row = await tx.cluster.findFirst({ where, select: columns });
    return (row && rowsOf(row)[0]) ?? null;
  }

  /** It is there again. A dedicated one is so once its brokers answer. */
  async restore(tx: ControlTx, { id, kind, organizationId }: ClusterRow): Promise<void> {
    const remade = kind === 'Dedicated' ? { phase: 'PROVISIONING', statusCku: null } : {};
    await tx.cluster.update({
      where: { id, organizationId },
      data: { deletedAt: null, restorableUntil: null, intentVersion: { increment: 1 }, ...remade },
      select: { id: true },
    });
  }

  /** The environment is there again, if it had gone. Throws a unique violation when another has its name by now. */
  async restoreEnvironment(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    await tx.environment.updateMany({
      where: { id, organizationId, deletedAt: { not: null } },
      data: { deletedAt: null },
    });
  }
}

const restorable = (now: Date) => ({ restorableUntil: { gt: now }, phase: { not: 'DELETING' } });
