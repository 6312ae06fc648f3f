import { Inject, Injectable } from '@nestjs/common';
import type { ReportedSecrets } from '@weir/contracts/api-key-secrets';
import { isWellFormedSecret } from '@weir/credentials/api-key';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { tellKeyOwner } from '@weir/mail/key-owner.store';
import type { Clock } from '@weir/runtime/clock';
import { outsideCall } from '../access/outside-call.ts';
import type { Call } from '../http/call.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { ApiKeyStore } from './api-key.store.ts';
import { ApiKeySecretStore, type FoundSecret } from './api-key-secret.store.ts';
import { MakeSecret } from './make-secret.ts';
import { RetireApiKeySecret } from './retire-api-key-secret.ts';
import { RevokeApiKey } from './revoke-api-key.ts';

type Outcome = ReportedSecrets['data'][number]['outcome'];

/** From where a report came. Who reports need not be anybody we know. */
export type Reporter = Pick<Call, 'requestId' | 'sourceIp'>;

/**
 * Secrets that somebody has found. Whoever has one could do with it whatever its key may, so it is retired at once; that
 * it was the only one of its key is no reason to leave it, and revokes the key. Nobody learns by it what he could not
 * try as well: a secret is not guessed.
 */
@Injectable()
export class ReportSecrets {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ApiKeyStore) private readonly keys: ApiKeyStore,
    @Inject(ApiKeySecretStore) private readonly secrets: ApiKeySecretStore,
    @Inject(MakeSecret) private readonly makeSecret: MakeSecret,
    @Inject(RetireApiKeySecret) private readonly retireSecret: RetireApiKeySecret,
    @Inject(RevokeApiKey) private readonly revokeKey: RevokeApiKey,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(secrets: readonly string[], reporter: Reporter): Promise<readonly Outcome[]> {
    const outcomes = new Map<string, Outcome>();
    for (const secret of new Set(secrets)) outcomes.set(secret, await this.#one(secret, reporter));
    return secrets.map((secret) => outcomes.get(secret) ?? 'NOT_LIVE');
  }

  async #one(secret: string, reporter: Reporter): Promise<Outcome> {
    if (!isWellFormedSecret(secret)) return 'NOT_A_SECRET';
    const found = await this.secrets.findByFingerprint(this.makeSecret.fingerprintOf(secret));
    if (found === null) return 'NOT_LIVE';
    const outboxIds = await this.db.$transaction((tx) => this.#end(tx, found, reporter));
    if (outboxIds === null) return 'NOT_LIVE';
    for (const outboxId of outboxIds) await this.applyNow.run(outboxId);
    return 'RETIRED';
  }

  /** null: it has ended in the meantime. */
  async #end(
    tx: ControlTx,
    { organizationId, keyId, number }: FoundSecret,
    reporter: Reporter,
  ): Promise<readonly bigint[] | null> {
    const key = await this.keys.lock(tx, organizationId, keyId);
    if (!key?.secrets.some((each) => each.number === number)) return null;
    const call = reportCall(organizationId, reporter);
    const outboxIds = await this.retireSecret.retire(tx, call, key, number, 'api-key.secret-leaked');
    const isOnly = key.secrets.length === 1;
    const revoked = isOnly ? await this.revokeKey.revoke(tx, call, key) : [];
    const event = isOnly ? ('only-secret-leaked' as const) : ('secret-leaked' as const);
    await tellKeyOwner(tx, key, event, this.clock.now());
    return [...outboxIds, ...revoked];
  }
}

/** Nobody of the organization: it was a report, and the log says from where it came. */
const reportCall = (organizationId: string, reporter: Reporter): Call =>
  outsideCall({ kind: 'System', id: 'secret-report', organizationId, via: 'report' }, reporter);
