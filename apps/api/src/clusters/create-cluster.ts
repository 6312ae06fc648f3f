import { Inject, Injectable } from '@nestjs/common';
import type { CreateClusterInput } from '@weir/contracts/clusters';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { environmentScope, lacks, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { EnvironmentStore } from '../environments/environment.store.ts';
import type { Call, Caller } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { invalid, notFound, Refused } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import type { ApiSettings } from '../settings.ts';
import { type Placement, placeCluster } from './cluster.policy.ts';
import { type ClusterRow, ClusterStore } from './cluster.store.ts';
import { ClusterCellStore } from './cluster-cell.store.ts';

type NewCluster = Omit<ClusterRow, 'createdAt' | 'updatedAt'>;

/**
 * Writes the intent, its outbox entry and the audit event in one transaction, then applies it to the cell at
 * once. Whatever stops it in between, the worker goes on from the outbox: there is no half-made cluster. A dedicated
 * one is written with a cell of its own, which is made true first (`packages/provisioning/src/settle-cell.ts`).
 */
@Injectable()
export class CreateCluster {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(ClusterCellStore) private readonly cells: ClusterCellStore,
    @Inject(EnvironmentStore) private readonly environments: EnvironmentStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async run(call: Call, { spec }: CreateClusterInput, dryRun: boolean): Promise<ClusterRow> {
    const environmentId = await this.#environmentOf(call.caller, spec.environment?.id);
    const placement = placeCluster(
      spec,
      await this.cells.open(),
      this.settings.localRegion,
      this.settings.dedicatedBrokers,
    );
    if (placement instanceof Refused) throw placement;
    const { organizationId } = call.caller;
    const cluster: NewCluster = {
      id: newId('lkc'),
      organizationId,
      environmentId,
      displayName: spec.display_name,
      kind: spec.config.kind,
      cku: spec.config.kind === 'Dedicated' ? spec.config.cku : null,
      statusCku: null,
      availability: spec.availability,
      cloud: placement.cloud,
      region: placement.region,
      cellId: newId('cell'),
      bootstrapEndpoint: null,
      phase: 'PROVISIONING',
      deletionProtection: spec.deletion_protection,
    };
    const now = new Date(this.clock.now());
    if (dryRun) return { ...cluster, createdAt: now, updatedAt: now };

    const { id, outboxId } = await this.#write(call, cluster, placement);
    if (outboxId !== null) await this.applyNow.run(outboxId);
    const row = await this.store.find(organizationId, id);
    if (!row) throw notFound();
    return row;
  }

  /** The one that was asked for, or the first in which the caller may. */
  async #environmentOf(caller: Caller, given: string | undefined): Promise<string> {
    const { access, organizationId } = caller;
    if (given === undefined) {
      const { environmentIds, everywhere } = access.reach('cluster:create');
      if (!everywhere && environmentIds.length === 0) throw lacks('cluster:create');
      const first = await this.environments.findFirst(organizationId, everywhere ? null : environmentIds);
      if (!first)
        throw invalid('Create an environment first; the cluster goes into it.', '/spec/environment');
      return first.id;
    }
    const environment = await this.environments.find(organizationId, given);
    if (!environment) throw notFound();
    requireAccess(caller, 'cluster:create', environmentScope(environment.id), 'environment:read');
    return environment.id;
  }

  /** Which cluster stands for this request, and what is to be applied: null if it was made before. */
  #write(
    call: Call,
    cluster: NewCluster,
    placement: Placement,
  ): Promise<{ id: string; outboxId: bigint | null }> {
    return this.db.$transaction(async (tx) => {
      const claim = await this.idempotency.claim(tx, call, cluster.id);
      if (!claim.fresh) return { id: claim.resourceId, outboxId: null };
      await this.room.require(tx, cluster.organizationId, 'clusters');
      // The environment must still be there when the cluster is.
      if (!(await this.environments.lock(tx, cluster.organizationId, cluster.environmentId)))
        throw notFound();
      const outboxId = await this.#place(tx, cluster, placement);
      await this.audit.record(tx, call, {
        action: 'cluster.create',
        resource: { kind: 'Cluster', id: cluster.id },
        after: {
          display_name: cluster.displayName,
          kind: cluster.kind,
          ...(cluster.cku === null ? {} : { cku: cluster.cku }),
          environment: cluster.environmentId,
        },
      });
      return { id: cluster.id, outboxId };
    });
  }

  /** The cluster on its cell, and what is to be applied: null where the cell is to be made first. */
  async #place(tx: ControlTx, cluster: NewCluster, placement: Placement): Promise<bigint | null> {
    if (placement.on === 'dedicated') {
      await this.room.requireUnits(tx, cluster.organizationId, cluster.cku ?? 0);
      const { cellId: id, cloud, region } = cluster;
      await this.cells.createDedicated(tx, { id, cloud, region }, placement.shape);
      await this.store.create(tx, cluster);
      return null;
    }
    const { id: cellId, bootstrapEndpoint } = await this.cells.leastLoaded(tx, placement.cells);
    await this.store.create(tx, { ...cluster, cellId, bootstrapEndpoint });
    return addToOutbox(tx, 'cluster', cluster.id, this.clock.now());
  }
}
