import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { type ClusterRow, ClusterStore } from '../clusters/cluster.store.ts';
import type { Call, Caller } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, invalid, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { quotaRefusal } from './client-quota.policy.ts';
import { type ClientQuotaChange, type ClientQuotaRow, ClientQuotaStore } from './client-quota.store.ts';
import { QuotaPrincipalStore } from './quota-principal.store.ts';

export interface WantedClientQuota extends ClientQuotaChange {
  readonly clusterId: string;
  readonly environmentId: string;
}

interface Outcome<Row> {
  readonly row: Row;
  /** null: there is nothing to apply. */
  readonly outboxId: bigint | null;
}

/**
 * Quotas of clients are part of their cluster's intent: each change makes a newer one, which brokers hear of as of any
 * other. The cluster is locked meanwhile, so that no principal gets two.
 */
@Injectable()
export class ChangeClientQuotas {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClientQuotaStore) private readonly store: ClientQuotaStore,
    @Inject(QuotaPrincipalStore) private readonly principals: QuotaPrincipalStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(call: Call, wanted: WantedClientQuota, dryRun: boolean): Promise<ClientQuotaRow> {
    const { clusterId, environmentId, ...change } = wanted;
    const { organizationId } = call.caller;
    const id = newId('cq');
    return this.#applied(async (tx) => {
      const cluster = await this.#lock(tx, call.caller, clusterId);
      if (cluster.environmentId !== environmentId) throw notFound();
      const claim = dryRun ? { fresh: true as const } : await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) {
        const row = await this.store.find(organizationId, claim.resourceId, tx);
        if (!row) throw notFound();
        return { row, outboxId: null };
      }
      await this.#require(tx, cluster, id, change.principals);
      if (dryRun) return { row: this.#imagined(id, cluster, change), outboxId: null };
      const row = await this.store.create(tx, { id, organizationId, clusterId }, change);
      await this.audit.record(tx, call, {
        action: 'client-quota.create',
        resource: { kind: 'ClientQuota', id },
        after: { cluster: clusterId, ...detailOf(row) },
      });
      return { row, outboxId: await this.#changed(tx, cluster) };
    });
  }

  async update(
    call: Call,
    id: string,
    change: { readonly [Field in keyof ClientQuotaChange]: ClientQuotaChange[Field] | undefined },
    dryRun: boolean,
  ): Promise<ClientQuotaRow> {
    const { organizationId } = call.caller;
    return this.#applied(async (tx) => {
      const { before, cluster } = await this.#find(tx, call, id);
      const after = {
        displayName: change.displayName ?? before.displayName,
        description: change.description ?? before.description,
        ingressBytesPerSec: change.ingressBytesPerSec ?? before.ingressBytesPerSec,
        egressBytesPerSec: change.egressBytesPerSec ?? before.egressBytesPerSec,
        principals: change.principals ?? before.principals,
      };
      if (change.principals !== undefined) await this.#require(tx, cluster, id, after.principals);
      if (dryRun) return { row: { ...before, ...after }, outboxId: null };
      const row = await this.store.update(tx, organizationId, id, after);
      await this.audit.record(tx, call, {
        action: 'client-quota.update',
        resource: { kind: 'ClientQuota', id },
        before: detailOf(before),
        after: detailOf(row),
      });
      return { row, outboxId: await this.#changed(tx, cluster) };
    });
  }

  async remove(call: Call, id: string, dryRun: boolean): Promise<void> {
    await this.#applied(async (tx) => {
      const { before, cluster } = await this.#find(tx, call, id);
      if (dryRun) return { row: before, outboxId: null };
      await this.store.remove(tx, call.caller.organizationId, id);
      await this.audit.record(tx, call, {
        action: 'client-quota.delete',
        resource: { kind: 'ClientQuota', id },
        before: { cluster: cluster.id, ...detailOf(before) },
      });
      return { row: before, outboxId: await this.#changed(tx, cluster) };
    });
  }

  async #applied<Row>(change: (tx: ControlTx) => Promise<Outcome<Row>>): Promise<Row> {
    const { row, outboxId } = await this.db.$transaction(change);
    if (outboxId !== null) await this.applyNow.run(outboxId);
    return row;
  }

  async #lock(tx: ControlTx, caller: Caller, clusterId: string): Promise<ClusterRow> {
    const cluster = await this.clusters.lock(tx, caller.organizationId, clusterId);
    if (!cluster) throw notFound();
    requireAccess(caller, 'cluster:administer', clusterScope(cluster), 'cluster:read');
    if (cluster.phase === 'DELETING') throw conflict('deleting', 'The cluster is being deleted.');
    return cluster;
  }

  async #find(tx: ControlTx, call: Call, id: string) {
    const { organizationId } = call.caller;
    const found = await this.store.find(organizationId, id, tx);
    if (!found) throw notFound();
    const cluster = await this.#lock(tx, call.caller, found.cluster.id);
    // As it is now that nobody else changes it.
    const before = await this.store.find(organizationId, id, tx);
    if (!before) throw notFound();
    return { before, cluster };
  }

  async #require(
    tx: ControlTx,
    cluster: ClusterRow,
    id: string,
    principals: readonly string[],
  ): Promise<void> {
    const { organizationId } = cluster;
    const [unknown] = await this.principals.unknown(tx, organizationId, cluster.id, principals);
    if (unknown !== undefined) {
      const at = principals.indexOf(unknown);
      const detail = `A principal is a service account or a person of your organization, a key of this cluster, or <default>. Check “${unknown}”.`;
      throw invalid(detail, `/spec/principals/${at}/id`);
    }
    const refusal = quotaRefusal(id, principals, await this.store.ofCluster(tx, organizationId, cluster.id));
    if (refusal === null) return;
    if (refusal.kind === 'too-many') {
      const { limit, what } = refusal;
      throw conflict(
        'limit_reached',
        `A cluster has at most ${limit} ${what}. Put principals with the same rates into one quota.`,
      );
    }
    const { by, principal } = refusal;
    throw conflict(
      'principal_has_quota',
      `${principal} has a quota in this cluster already: ${by}. Change that one.`,
    );
  }

  /** The cluster's intent is a newer one now. */
  async #changed(tx: ControlTx, cluster: ClusterRow): Promise<bigint> {
    await this.clusters.renewIntent(tx, cluster.organizationId, cluster.id);
    return addToOutbox(tx, 'cluster', cluster.id, this.clock.now());
  }

  #imagined(id: string, cluster: ClusterRow, change: ClientQuotaChange): ClientQuotaRow {
    const now = new Date(this.clock.now());
    const { organizationId, environmentId } = cluster;
    const dates = { createdAt: now, updatedAt: now };
    return { id, organizationId, cluster: { id: cluster.id, environmentId }, ...change, ...dates };
  }
}

const detailOf = (row: ClientQuotaChange) => ({
  display_name: row.displayName,
  ingress_byte_rate: String(row.ingressBytesPerSec),
  egress_byte_rate: String(row.egressBytesPerSec),
  principals: row.principals.join(' '),
});
