import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { createKeyId, createSecret } from '@weir/credentials/api-key';
import { createCloudVerifier } from '@weir/credentials/cloud-key';
import { createScramVerifier, scramSaltBytes } from '@weir/credentials/scram';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import { cloudServerKey } from '../auth/cloud-server-key.ts';
import { type ClusterRow, ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, forbidden, invalid, notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { ServiceAccountStore } from '../service-accounts/service-account.store.ts';
import type { ApiSettings } from '../settings.ts';
import { type ApiKeyRow, ApiKeyStore, type KeptVerifier, type NewApiKey } from './api-key.store.ts';

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
  readonly #serverKey: Uint8Array;

  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ApiKeyStore) private readonly store: ApiKeyStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(ServiceAccountStore) private readonly serviceAccounts: ServiceAccountStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) settings: ApiSettings,
  ) {
    this.#serverKey = cloudServerKey(settings.authSecret);
  }

  async run(call: Call, wanted: WantedApiKey, dryRun: boolean): Promise<MadeApiKey> {
    if (!mayAdminister(call.caller)) throw forbidden('Only an OrganizationAdmin creates API keys.');
    if (wanted.expiresAt && wanted.expiresAt.getTime() <= this.clock.now()) {
      throw invalid('expires_at lies in the past. Give a later time, or leave it out.', '/spec/expires_at');
    }
    const { organizationId } = call.caller;
    const ownerId = wanted.ownerId ?? call.caller.id;
    const cluster = await this.#clusterOf(organizationId, wanted.resourceId);
    const id = createKeyId(randomBytes);
    const secret = createSecret(randomBytes);
    const key: NewApiKey = {
      id,
      organizationId,
      displayName: wanted.displayName,
      description: wanted.description,
      ownerKind: ownerId.startsWith('sa-') ? 'ServiceAccount' : 'User',
      ownerId,
      expiresAt: wanted.expiresAt,
      ...(await this.#verifierOf(id, secret, cluster)),
    };

    const made = await this.db.$transaction((tx) => this.#write(tx, call, key, dryRun));
    if (made.outboxId !== null) await this.applyNow.run(made.outboxId);
    return { row: made.row, secret: made.fresh && !dryRun ? secret : undefined };
  }

  async #clusterOf(organizationId: string, resourceId: string | undefined): Promise<ClusterRow | null> {
    if (resourceId === undefined || resourceId === 'cloud') return null;
    const cluster = await this.clusters.find(organizationId, resourceId);
    if (!cluster) throw notFound();
    return cluster;
  }

  async #verifierOf(id: string, secret: string, cluster: ClusterRow | null): Promise<KeptVerifier> {
    if (!cluster) return { clusterId: null, cloudVerifier: createCloudVerifier(id, secret, this.#serverKey) };
    const [sha256, sha512] = await Promise.all([
      createScramVerifier(secret, 'SHA-256', randomBytes(scramSaltBytes)),
      createScramVerifier(secret, 'SHA-512', randomBytes(scramSaltBytes)),
    ]);
    return { clusterId: cluster.id, scram: { sha256, sha512 } };
  }

  async #write(tx: ControlTx, call: Call, key: NewApiKey, dryRun: boolean) {
    const claim = dryRun ? { fresh: true as const } : await this.idempotency.claim(tx, call, key.id);
    if (!claim.fresh) {
      const row = await this.store.find(key.organizationId, claim.resourceId, tx);
      if (!row) throw notFound();
      return { row, outboxId: null, fresh: false };
    }
    await this.#requireOwner(tx, call, key);
    await this.#requireCluster(tx, key);
    if (dryRun) return { row: this.#imagined(key), outboxId: null, fresh: true };
    await this.room.require(tx, key.organizationId, 'api_keys');

    const row = await this.store.create(tx, key);
    const outboxId =
      key.clusterId === null ? null : await addToOutbox(tx, 'api-key', key.id, this.clock.now());
    await this.audit.record(tx, call, {
      action: 'api-key.create',
      resource: { kind: 'ApiKey', id: key.id },
      after: { display_name: key.displayName, owner: key.ownerId, resource: key.clusterId ?? 'cloud' },
    });
    return { row, outboxId, fresh: true };
  }

  /** A key acts as its owner: people make their own, and administrators those of service accounts. */
  async #requireOwner(tx: ControlTx, call: Call, key: NewApiKey): Promise<void> {
    if (key.ownerId === call.caller.id) return;
    if (key.ownerKind === 'User' || !(await this.serviceAccounts.lock(tx, key.organizationId, key.ownerId))) {
      const detail =
        'The owner of a key is you or a service account of your organization. Check spec.owner.id.';
      throw invalid(detail, '/spec/owner/id');
    }
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
    return { id, organizationId, displayName, description, ownerKind, ownerId, expiresAt, cluster, ...dates };
  }
}
