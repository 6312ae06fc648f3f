import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { createKeyId } from '@weir/credentials/api-key';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, lacks, requireSight, serviceAccountScope } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { type ClusterRow, ClusterStore } from '../clusters/cluster.store.ts';
import type { Call, Caller } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, invalid, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { seesAccount } from '../service-accounts/service-account.policy.ts';
import { ServiceAccountStore } from '../service-accounts/service-account.store.ts';
import { type ApiKeyRow, ApiKeyStore, imaginedSecret, type NewApiKey } from './api-key.store.ts';
import { type KeptSecret, MakeSecret } from './make-secret.ts';
import { noticeTime } from './notice-time.ts';

export interface WantedApiKey {
  readonly displayName: string;
  readonly description: string;
  /** undefined: the caller. */
  readonly ownerId: string | undefined;
  /** undefined or `cloud`: a key of the control plane. */
  readonly resourceId: string | undefined;
  readonly expiresAt: Date | null;
}

export interface MadeApiKey {
  readonly row: ApiKeyRow;
  /** undefined when the key was made by an earlier request with this Idempotency-Key: nobody has it any more. */
  readonly secret: string | undefined;
}

/** Makes a key that works from the moment of the reply. The secret is nowhere but in that reply. */
@Injectable()
export class CreateApiKey {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ApiKeyStore) private readonly store: ApiKeyStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(ServiceAccountStore) private readonly serviceAccounts: ServiceAccountStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(MakeSecret) private readonly makeSecret: MakeSecret,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, wanted: WantedApiKey, dryRun: boolean): Promise<MadeApiKey> {
    if (wanted.expiresAt && wanted.expiresAt.getTime() <= this.clock.now()) {
      throw invalid('expires_at lies in the past. Give a later time, or leave it out.', '/spec/expires_at');
    }
    const { organizationId } = call.caller;
    const ownerId = wanted.ownerId ?? call.caller.id;
    requireOwner(call.caller, ownerId);
    const cluster = await this.#clusterOf(call.caller, wanted.resourceId);
    const id = createKeyId(randomBytes);
    const { secret, kept } = await (cluster === null
      ? this.makeSecret.forCloud(id)
      : this.makeSecret.forCluster());
    const key: NewApiKey = {
      id,
      organizationId,
      displayName: wanted.displayName,
      description: wanted.description,
      ownerKind: ownerId.startsWith('sa-') ? 'ServiceAccount' : 'User',
      ownerId,
      clusterId: cluster?.id ?? null,
      expiresAt: wanted.expiresAt,
      noticeAt: noticeTime(this.clock.now(), wanted.expiresAt),
    };

    const made = await this.db.$transaction((tx) => this.#write(tx, call, key, kept, dryRun));
    if (made.outboxId !== null) await this.applyNow.run(made.outboxId);
    return { row: made.row, secret: made.fresh && !dryRun ? secret : undefined };
  }

  /** A key acts with its owner's roles and no others; who makes one for a cluster must see that. */
  async #clusterOf(caller: Caller, resourceId: string | undefined): Promise<ClusterRow | null> {
    if (resourceId === undefined || resourceId === 'cloud') return null;
    const cluster = await this.clusters.find(caller.organizationId, resourceId);
    if (!cluster) throw notFound();
    requireSight(caller, 'cluster:read', clusterScope(cluster));
    return cluster;
  }

  async #write(tx: ControlTx, call: Call, key: NewApiKey, kept: KeptSecret, dryRun: boolean) {
    const claim = dryRun ? { fresh: true as const } : await this.idempotency.claim(tx, call, key.id);
    if (!claim.fresh) {
      const row = await this.store.find(key.organizationId, claim.resourceId, tx);
      if (!row) throw notFound();
      return { row, outboxId: null, fresh: false };
    }
    await this.#holdOwner(tx, key);
    await this.#requireCluster(tx, key);
    if (dryRun) return { row: this.#imagined(key), outboxId: null, fresh: true };
    await this.room.require(tx, key.organizationId, 'api_keys');
    await this.room.requireKeyOfOwner(tx, key.organizationId, key.ownerId);

    const row = await this.store.create(tx, key, kept);
    const outboxId =
      key.clusterId === null ? null : await addToOutbox(tx, 'api-key', key.id, this.clock.now());
    await this.audit.record(tx, call, {
      action: 'api-key.create',
      resource: { kind: 'ApiKey', id: key.id },
      after: {
        display_name: key.displayName,
        owner: key.ownerId,
        resource: key.clusterId ?? 'cloud',
        expires_at: key.expiresAt?.toISOString() ?? null,
      },
    });
    return { row, outboxId, fresh: true };
  }

  /** Keeps a service account from going before its key is there. */
  async #holdOwner(tx: ControlTx, key: NewApiKey): Promise<void> {
    if (key.ownerKind === 'User') return;
    if (!(await this.serviceAccounts.lock(tx, key.organizationId, key.ownerId))) throw noSuchOwner();
  }

  async #requireCluster(tx: ControlTx, key: NewApiKey): Promise<void> {
    if (key.clusterId === null) return;
    const cluster = await this.clusters.lock(tx, key.organizationId, key.clusterId);
    if (!cluster) throw notFound();
    if (cluster.phase === 'DELETING') throw conflict('deleting', 'The cluster is being deleted.');
  }

  /** A dry run's reply. Its environment is left to a real one: it is only part of a name. */
  #imagined(key: NewApiKey): ApiKeyRow {
    const now = new Date(this.clock.now());
    const { id, organizationId, displayName, description, ownerKind, ownerId, expiresAt } = key;
    const cluster = key.clusterId === null ? null : { id: key.clusterId, environmentId: '-' };
    const dates = { createdAt: now, updatedAt: now };
    const secrets = { secrets: [imaginedSecret(1, now)], secretsMade: 1 };
    const owner = { ownerKind, ownerId };
    return {
      id,
      organizationId,
      displayName,
      description,
      ...owner,
      expiresAt,
      cluster,
      ...secrets,
      ...dates,
    };
  }
}

/**
 * A key acts as its owner: people make their own, and those of a service account who may act as that (Assigner). An
 * account that the caller does not see is answered like one that is not there.
 */
const requireOwner = ({ access, id, kind }: Caller, ownerId: string): void => {
  if (kind === 'User' && ownerId === id) return;
  if (!ownerId.startsWith('sa-')) throw noSuchOwner();
  const account = serviceAccountScope(ownerId);
  if (access.allows('service-account:assign', account)) return;
  throw ownerId === id || seesAccount(access, ownerId) ? lacks('service-account:assign') : noSuchOwner();
};

const noSuchOwner = () =>
  invalid(
    'The owner of a key is you or a service account of your organization. Check spec.owner.id.',
    '/spec/owner/id',
  );
