import { Inject, Injectable } from '@nestjs/common';
import { secretsPerKeyMax } from '@weir/contracts/api-key-secrets';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { requireKeySight } from './api-key.policy.ts';
import { type ApiKeyRow, ApiKeyStore, imaginedSecret, type SecretRow } from './api-key.store.ts';
import { ApiKeySecretStore } from './api-key-secret.store.ts';
import { type KeptSecret, MakeSecret } from './make-secret.ts';

export interface MadeApiKeySecret {
  readonly key: ApiKeyRow;
  readonly row: SecretRow;
  /** undefined when it was made by an earlier request with this Idempotency-Key: nobody has it any more. */
  readonly secret: string | undefined;
}

/** A second secret for a key, which works beside the first from the moment of the reply. */
@Injectable()
export class CreateApiKeySecret {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ApiKeyStore) private readonly store: ApiKeyStore,
    @Inject(ApiKeySecretStore) private readonly secrets: ApiKeySecretStore,
    @Inject(MakeSecret) private readonly makeSecret: MakeSecret,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, keyId: string, dryRun: boolean): Promise<MadeApiKeySecret> {
    const { organizationId } = call.caller;
    const key = await this.store.find(organizationId, keyId);
    if (!key) throw notFound();
    requireKeySight(call.caller, key);
    const { secret, kept } = await this.#make(key);
    const made = await this.db.$transaction((tx) => this.#write(tx, call, keyId, kept, dryRun));
    if (made.outboxId !== null) await this.applyNow.run(made.outboxId);
    return { key: made.key, row: made.row, secret: made.fresh && !dryRun ? secret : undefined };
  }

  /** Deriving takes a while, so it is done before anything is locked. The salt stays the same for the key's life. */
  async #make(key: ApiKeyRow) {
    if (key.cluster === null) return this.makeSecret.forCloud(key.id);
    const beside = await this.secrets.scramOf(key.organizationId, key.id);
    if (beside === null) throw notFound();
    return this.makeSecret.forCluster(beside);
  }

  async #write(tx: ControlTx, call: Call, keyId: string, kept: KeptSecret, dryRun: boolean) {
    const { organizationId } = call.caller;
    const key = await this.store.lock(tx, organizationId, keyId);
    if (!key) throw notFound();
    const next = key.secretsMade + 1;
    const claim = dryRun ? { fresh: true as const } : await this.idempotency.claim(tx, call, String(next));
    if (!claim.fresh) return { key, row: madeBefore(key, claim.resourceId), outboxId: null, fresh: false };
    if (key.secrets.length >= secretsPerKeyMax) {
      const detail = `The key has ${secretsPerKeyMax} live secrets, the most that there may be. Retire one that is not used any more.`;
      throw conflict('two_secrets', detail);
    }
    const now = this.clock.now();
    if (dryRun) return { key, row: imaginedSecret(next, new Date(now)), outboxId: null, fresh: true };
    const number = await this.secrets.add(tx, organizationId, keyId, kept);
    await this.audit.record(tx, call, {
      action: 'api-key.secret-create',
      resource: { kind: 'ApiKey', id: keyId },
      after: { secret: number, live_secrets: key.secrets.length + 1 },
    });
    const outboxId = key.cluster === null ? null : await addToOutbox(tx, 'api-key', keyId, now);
    const after = await this.store.find(organizationId, keyId, tx);
    const row = after?.secrets.find((each) => each.number === number);
    if (!after || !row) throw new Error(`the secret ${number} of ${keyId} was written and is not there`);
    return { key: after, row, outboxId, fresh: true };
  }
}

/** It may have been retired since. */
const madeBefore = (key: ApiKeyRow, number: string): SecretRow => {
  const row = key.secrets.find((each) => String(each.number) === number);
  if (!row) throw notFound();
  return row;
};
