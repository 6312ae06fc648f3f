import { Inject, Injectable } from '@nestjs/common';
import type { ClusterConfig } from '@weir/contracts/clusters';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, invalid, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { shapeOf, unitsProblem } from './cluster.policy.ts';
import { type ClusterRow, ClusterStore } from './cluster.store.ts';
import { ClusterCellStore } from './cluster-cell.store.ts';

export interface ClusterChange {
  readonly displayName: string | undefined;
  readonly deletionProtection: boolean | undefined;
  /** Only to be compared: a cluster does not move. */
  readonly environmentId: string | undefined;
  /** Its kind, or with the same kind another number of units. */
  readonly config: ClusterConfig | undefined;
}

type Sized = Pick<ClusterRow, 'kind' | 'cku'>;

/**
 * Changes what a cluster is called and how large it is. Its cell is told of new limits at once; brokers that come or go
 * with its units do so while it serves (`packages/provisioning/src/settle-cell.ts`), and `status.cku` says how far that is.
 */
@Injectable()
export class UpdateCluster {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(ClusterCellStore) private readonly cells: ClusterCellStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, id: string, change: ClusterChange, dryRun: boolean): Promise<ClusterRow> {
    const { organizationId } = call.caller;
    const { outboxId, row } = await this.db
      .$transaction(async (tx) => {
        const before = await this.store.lock(tx, organizationId, id);
        if (!before) throw notFound();
        requireAccess(call.caller, 'cluster:update', clusterScope(before), 'cluster:read');
        requireChangeable(before, change);
        const after = {
          displayName: change.displayName ?? before.displayName,
          deletionProtection: change.deletionProtection ?? before.deletionProtection,
          ...sizeAfter(before, change.config),
        };
        const isResized = after.cku !== before.cku || after.kind !== before.kind;
        if (isResized) await this.#resize(tx, before, after);
        if (dryRun) throw new DryRun({ ...before, ...after });
        await this.audit.record(tx, call, {
          action: 'cluster.update',
          resource: { kind: 'Cluster', id },
          before: detailOf(before),
          after: detailOf(after),
        });
        const row = await this.store.update(tx, organizationId, id, after);
        if (!isResized) return { row, outboxId: null };
        await this.store.renewIntent(tx, organizationId, id);
        return { row, outboxId: await addToOutbox(tx, 'cluster', id, this.clock.now()) };
      })
      .catch(dryRunOutcome);
    if (outboxId !== null) await this.applyNow.run(outboxId);
    return row;
  }

  /** Refuses what there is no room for. */
  async #resize(tx: ControlTx, before: ClusterRow, after: Sized): Promise<void> {
    if (after.kind !== 'Dedicated' || after.cku === null) return;
    await this.room.requireUnits(tx, before.organizationId, after.cku - (before.cku ?? 0));
    await this.cells.resizeDedicated(tx, before.cellId, shapeOf(after.cku, before.availability).brokers);
  }
}

/** Undoes the transaction that has found out what would be. */
class DryRun extends Error {
  override readonly name = 'DryRun';
  readonly row: ClusterRow;

  constructor(row: ClusterRow) {
    super('nothing is changed by a dry run');
    this.row = row;
  }
}

const dryRunOutcome = (cause: unknown): { row: ClusterRow; outboxId: null } => {
  if (cause instanceof DryRun) return { row: cause.row, outboxId: null };
  throw cause;
};

const requireChangeable = (before: ClusterRow, change: ClusterChange): void => {
  if (before.phase === 'DELETING') throw conflict('deleting', 'The cluster is being deleted.');
  if (change.environmentId !== undefined && change.environmentId !== before.environmentId) {
    throw invalid('A cluster stays in its environment. Create one there instead.', '/spec/environment/id');
  }
};

/** What it is by then. Throws what is wrong with what was asked. */
const sizeAfter = (before: ClusterRow, config: ClusterConfig | undefined): Sized => {
  const { availability, cku, kind } = before;
  if (config === undefined) return { kind, cku };
  if (config.kind === 'Dedicated') {
    if (kind !== 'Dedicated') throw invalid(notMoved(kind, config.kind), '/spec/config/kind');
    const problem = unitsProblem(config.cku, availability);
    if (problem !== null) throw problem;
    if (config.cku !== cku && before.statusCku === null)
      throw conflict('provisioning', 'The cluster is still being made. Change its units once it is there.');
    return { kind, cku: config.cku };
  }
  if (config.kind === kind || (kind === 'Basic' && config.kind === 'Standard'))
    return { kind: config.kind, cku };
  throw invalid(notMoved(kind, config.kind), '/spec/config/kind');
};

const notMoved = (from: string, to: string) =>
  `A ${from} cluster does not become ${to}. A Basic one becomes Standard, and a Dedicated one has more or fewer units; for anything else create another cluster.`;

const detailOf = (row: Pick<ClusterRow, 'displayName' | 'deletionProtection'> & Sized) => ({
  display_name: row.displayName,
  deletion_protection: row.deletionProtection,
  kind: row.kind,
  ...(row.cku === null ? {} : { cku: row.cku }),
});
