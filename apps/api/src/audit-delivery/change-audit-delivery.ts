import { Inject, Injectable } from '@nestjs/common';
import type { AuditDelivery, AuditDeliveryInput } from '@weir/contracts/audit-delivery';
import type { ControlDb } from '@weir/db/control';
import { principalOf } from '@weir/provisioning/key-intent';
import type { Clock } from '@weir/runtime/clock';
import { lacks, organizationScope, requireAccess, serviceAccountScope } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { requireAuditReader } from '../audit/require-audit-reader.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { invalid, notFound } from '../http/refused.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { seesAccount } from '../service-accounts/service-account.policy.ts';
import { ServiceAccountStore } from '../service-accounts/service-account.store.ts';
import { findTopic } from '../topics/find-topic.ts';
import { presentDelivery } from './audit-delivery.present.ts';
import { type AuditDeliveryRow, AuditDeliveryStore, type WantedDelivery } from './audit-delivery.store.ts';
import { TryTopic } from './try-topic.ts';

/** Says where the log of an organization goes on to. Delivering it is the worker's. */
@Injectable()
export class ChangeAuditDelivery {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(AuditDeliveryStore) private readonly store: AuditDeliveryStore,
    @Inject(ServiceAccountStore) private readonly serviceAccounts: ServiceAccountStore,
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(TryTopic) private readonly tryTopic: TryTopic,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Of the log and of the cluster: whoever sets it reads the log, administers the organization, may write to the topic,
   * and may act as the service account.
   */
  async set(call: Call, input: AuditDeliveryInput['spec'], dryRun: boolean): Promise<AuditDelivery> {
    requireChanger(call);
    const serviceAccountId = await this.#accountOf(call, input.service_account.id);
    const open = await this.clusters.open(call, input.cluster.id);
    await findTopic(open, input.topic_name, 'WRITE');
    const wanted = { clusterId: open.cluster.id, topicName: input.topic_name, serviceAccountId };
    const target = { ...wanted, open, principal: principalOf(serviceAccountId) };
    await (dryRun ? this.tryTopic.ask(target) : this.tryTopic.write(call, target));
    return this.#save(call, wanted, input.start, dryRun);
  }

  async remove(given: Call, dryRun: boolean): Promise<void> {
    requireChanger(given);
    const { organizationId } = given.caller;
    await changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.store.lock(tx, organizationId);
      const before = await this.store.find(organizationId, tx);
      if (before === null) throw notFound();
      await this.store.remove(tx, organizationId);
      const resource = { kind: 'AuditDelivery', id: organizationId };
      await this.audit.record(tx, call, {
        action: 'audit-delivery.delete',
        resource,
        before: detailOf(before),
      });
    });
  }

  #save(
    given: Call,
    wanted: WantedDelivery,
    start: AuditDeliveryInput['spec']['start'],
    dryRun: boolean,
  ): Promise<AuditDelivery> {
    const { organizationId } = given.caller;
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.store.lock(tx, organizationId);
      const before = await this.store.find(organizationId, tx);
      // The event of this very change is delivered.
      const last = await this.store.lastSequence(organizationId, tx);
      const from = start === 'BEGINNING' ? 0n : start === 'NOW' ? last : (before?.deliveredSequence ?? last);
      const row = await this.store.set(tx, organizationId, wanted, from, new Date(this.clock.now()));
      await this.audit.record(tx, call, {
        action: 'audit-delivery.update',
        resource: { kind: 'AuditDelivery', id: organizationId },
        ...(before === null ? {} : { before: detailOf(before) }),
        after: detailOf(row),
      });
      return presentDelivery(row, await this.store.lastSequence(organizationId, tx));
    });
  }

  /** An account that the caller does not see is answered like one that is not there. */
  async #accountOf({ caller }: Call, id: string): Promise<string> {
    const account = await this.serviceAccounts.find(caller.organizationId, id);
    if (account === null || !seesAccount(caller.access, id)) throw noSuchAccount();
    if (caller.access.allows('service-account:assign', serviceAccountScope(id))) return id;
    throw lacks('service-account:assign');
  }
}

const requireChanger = (call: Call): void => {
  requireAuditReader(call);
  requireAccess(call.caller, 'organization:update', organizationScope, null);
};

const noSuchAccount = () =>
  invalid('There is no such service account in your organization.', '/spec/service_account/id');

const detailOf = ({ clusterId, deliveredSequence, serviceAccountId, topicName }: AuditDeliveryRow) => ({
  cluster: clusterId,
  topic: topicName,
  service_account: serviceAccountId,
  after_event: Number(deliveredSequence),
});
