import { Inject, Injectable } from '@nestjs/common';
import type { CreateClusterInput } from '@weir/contracts/clusters';
import type { ControlDb } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import { EnvironmentStore } from '../environments/environment.store.ts';
import type { Call } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { forbidden, invalid, notFound, Refused } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { placeCluster } from './cluster.policy.ts';
import { type ClusterRow, ClusterStore } from './cluster.store.ts';

type NewCluster = Omit<ClusterRow, 'createdAt' | 'updatedAt'>;

/**
 * Writes the intent, its outbox entry and the audit event in one transaction, then applies it to the cell at
 * once. Whatever stops it in between, the worker goes on from the outbox: there is no half-made cluster.
 */
@Injectable()
export class CreateCluster {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(EnvironmentStore) private readonly environments: EnvironmentStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, { spec }: CreateClusterInput, dryRun: boolean): Promise<ClusterRow> {
    if (!mayAdminister(call.caller)) throw forbidden('Only an OrganizationAdmin creates clusters.');
    const placement = placeCluster(spec);
    if (placement instanceof Refused) throw placement;
    const { organizationId } = call.caller;
    const cluster: NewCluster = {
      id: newId('lkc'),
      organizationId,
      environmentId: await this.#environmentOf(organizationId, spec.environment?.id),
      displayName: spec.display_name,
      kind: spec.config.kind,
      cku: spec.config.kind === 'Dedicated' ? spec.config.cku : null,
      availability: spec.availability,
      cloud: spec.cloud.toUpperCase(),
      region: spec.region,
      cellId: placement.cellId,
      phase: 'PROVISIONING',
      deletionProtection: spec.deletion_protection,
    };
    const now = new Date(this.clock.now());
    if (dryRun) return { ...cluster, createdAt: now, updatedAt: now };

    const { id, outboxId } = await this.#write(call, cluster);
    if (outboxId !== null) await this.applyNow.run(outboxId);
    const row = await this.store.find(organizationId, id);
    if (!row) throw notFound();
    return row;
  }

  async #environmentOf(organizationId: string, given: string | undefined): Promise<string> {
    if (given === undefined) {
      const first = await this.environments.findFirst(organizationId);
      if (!first)
        throw invalid('Create an environment first; the cluster goes into it.', '/spec/environment');
      return first.id;
    }
    const environment = await this.environments.find(organizationId, given);
    if (!environment) throw notFound();
    return environment.id;
  }

  /** Which cluster stands for this request, and what is to be applied: null if it was made before. */
  #write(call: Call, cluster: NewCluster): Promise<{ id: string; outboxId: bigint | null }> {
    return this.db.$transaction(async (tx) => {
      const claim = await this.idempotency.claim(tx, call, cluster.id);
      if (!claim.fresh) return { id: claim.resourceId, outboxId: null };
      await this.room.require(tx, cluster.organizationId, 'clusters');
      // The environment must still be there when the cluster is.
      if (!(await this.environments.lock(tx, cluster.organizationId, cluster.environmentId)))
        throw notFound();
      await this.store.create(tx, cluster);
      const outboxId = await addToOutbox(tx, 'cluster', cluster.id, this.clock.now());
      await this.audit.record(tx, call, {
        action: 'cluster.create',
        resource: { kind: 'Cluster', id: cluster.id },
        after: { display_name: cluster.displayName, kind: cluster.kind, environment: cluster.environmentId },
      });
      return { id: cluster.id, outboxId };
    });
  }
}
