import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, type ControlTx, isUniqueViolation } from '@weir/db/control';
import { setGoing } from '@weir/provisioning/intents.store';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, requireSight } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import type { ClusterRow } from './cluster.store.ts';
import { ClusterCellStore } from './cluster-cell.store.ts';
import { type DeletedClusterRow, DeletedClusterStore } from './deleted-cluster.store.ts';

/** What becomes of a deleted cluster while its cell still keeps it. Whoever could delete it may decide. */
@Injectable()
export class RestoreCluster {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(DeletedClusterStore) private readonly store: DeletedClusterStore,
    @Inject(ClusterCellStore) private readonly cells: ClusterCellStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** With its keys and data as they were, at the address that it had. */
  async restore(call: Call, id: string, dryRun: boolean): Promise<ClusterRow> {
    const { outboxId, row } = await this.db.$transaction(async (tx) => {
      const row = await this.#lock(tx, call, id);
      if (dryRun) return { row, outboxId: null };
      await this.#bringBack(tx, row);
      await this.store.restore(tx, row);
      await this.audit.record(tx, call, {
        action: 'cluster.restore',
        resource: { kind: 'Cluster', id },
        after: { display_name: row.displayName, kind: row.kind, environment: row.environmentId },
      });
      // A dedicated one is told of it once its brokers are there.
      const outboxId =
        row.kind === 'Dedicated' ? null : await addToOutbox(tx, 'cluster', id, this.clock.now());
      return { row, outboxId };
    });
    if (outboxId !== null) await this.applyNow.run(outboxId);
    return row.kind === 'Dedicated' ? { ...row, phase: 'PROVISIONING', statusCku: null } : row;
  }

  /** At once rather than at the end of its days. */
  async deleteForGood(call: Call, id: string, dryRun: boolean): Promise<void> {
    const outboxId = await this.db.$transaction(async (tx) => {
      const row = await this.#lock(tx, call, id);
      if (dryRun) return null;
      // Its cell forgets what they allowed together with the cluster.
      await this.bindRoles.removeOf(tx, call, { clusterId: id });
      await setGoing(tx, id);
      await this.audit.record(tx, call, {
        action: 'cluster.delete-for-good',
        resource: { kind: 'Cluster', id },
        before: { display_name: row.displayName, kind: row.kind },
      });
      return addToOutbox(tx, 'cluster', id, this.clock.now());
    });
    if (outboxId !== null) await this.applyNow.run(outboxId);
  }

  async #lock(tx: ControlTx, call: Call, id: string): Promise<DeletedClusterRow> {
    const row = await this.store.lock(tx, call.caller.organizationId, id, new Date(this.clock.now()));
    if (!row) throw notFound();
    requireSight(call.caller, 'cluster:delete', clusterScope(row));
    return row;
  }

  /** What it needs to be there again. Refuses where there is no room, or another environment has the name of its own. */
  async #bringBack(tx: ControlTx, row: DeletedClusterRow): Promise<void> {
    const { cku, environmentId, environmentName, organizationId } = row;
    await this.room.require(tx, organizationId, 'clusters');
    if (row.kind === 'Dedicated') {
      await this.room.requireUnits(tx, organizationId, cku ?? 0);
      await this.cells.startDedicated(tx, row.cellId);
    }
    try {
      await this.store.restoreEnvironment(tx, organizationId, environmentId);
    } catch (cause) {
      if (!isUniqueViolation(cause)) throw cause;
      throw conflict(
        'environment_exists',
        `The cluster was in the environment "${environmentName}", which was deleted, and another has that name by now. Rename that one, and restore the cluster again.`,
      );
    }
  }
}
