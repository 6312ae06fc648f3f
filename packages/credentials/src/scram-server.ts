import { decoyVerifier } from './decoy.ts';
import { digest, hmac, type ScramHash, type ScramVerifier, sameBytes } from './scram.ts';
import { parseClientFinal, parseClientFirst, type ScramRefusal } from './scram-messages.ts';

export interface ScramServerDeps {
  readonly hash: ScramHash;
  /**
   * The verifiers of a user, of each secret that is live; they share salt and iterations. Empty if there is no such
   * user (or it has expired).
   */
  readonly verifiersFor: (username: string) => Promise<readonly ScramVerifier[]>;
  /** Fresh for every exchange: at least 18 random bytes as base64 or other printable text without a comma. */
  readonly serverNonce: string;
  /** Secret, and the same for all brokers and restarts of a cell: made-up salts derive from it. */
  readonly decoyKey: Uint8Array;
}

export type ScramStart =
  | { readonly ok: true; readonly serverFirst: Buffer; readonly exchange: ScramExchange }
  | { readonly ok: false; readonly reason: ScramRefusal };

export interface ScramExchange {
  readonly username: string;
  /**
   * With the client's second message, and the verifiers of the user that are live by now, if they are other ones. The
   * ServerKey of the secret that was proven signs.
   */
  finish(clientFinal: Buffer, verifiers?: readonly ScramVerifier[]): ScramFinish;
}

export type ScramFinish =
  | {
      readonly ok: true;
      readonly serverFinal: Buffer;
      readonly username: string;
      /** Whose StoredKey the proof fits. */
      readonly verifier: ScramVerifier;
    }
  | { readonly ok: false; readonly reason: ScramRefusal };

/**
 * The server's side of SCRAM (RFC 5802, RFC 7677) as an exchange of messages; the caller moves the bytes.
 * An unknown user walks the same path, with a made-up salt, and fails at the end as a wrong secret does.
 */
export const startScram = async (clientFirst: Buffer, deps: ScramServerDeps): Promise<ScramStart> => {
  const first = parseClientFirst(clientFirst);
  if (!first.ok) return first;
  const { username } = first.value;

  const decoy = decoyVerifier(deps.hash, username, deps.decoyKey);
  const atFirst = await deps.verifiersFor(username);
  const { salt, iterations } = atFirst[0] ?? decoy;
  const nonce = first.value.nonce + deps.serverNonce;
  const serverFirst = `r=${nonce},s=${salt},i=${iterations}`;

  const finish = (clientFinal: Buffer, verifiers = atFirst): ScramFinish => {
    const final = parseClientFinal(clientFinal);
    if (!final.ok) return final;
    if (final.value.channelBinding !== Buffer.from(first.value.gs2Header).toString('base64')) {
      return { ok: false, reason: 'malformed' };
    }
    // Not `equals`: librdkafka repeats its own part before ours, and Apache Kafka takes it. The proof
    // covers whatever stands there, so nothing is lost.
    if (!final.value.nonce.endsWith(nonce)) return { ok: false, reason: 'malformed' };

    const authMessage = `${first.value.bare},${serverFirst},${final.value.withoutProof}`;
    let verifier: ScramVerifier | null = null;
    // As many comparisons for a user who does not exist, or has one secret, as for one who has two.
    for (let at = 0; at < Math.max(verifiers.length, comparisonsMin); at++) {
      const live = verifiers[at];
      const proven = provesSecret(deps.hash, live ?? decoy, authMessage, final.value.proof);
      if (proven && live !== undefined) verifier = live;
    }
    if (verifier === null) return { ok: false, reason: 'refused' };
    const signature = hmac(deps.hash, Buffer.from(verifier.serverKey, 'base64'), authMessage);
    return { ok: true, serverFinal: Buffer.from(`v=${signature.toString('base64')}`), username, verifier };
  };
  return { ok: true, serverFirst: Buffer.from(serverFirst), exchange: { username, finish } };
};

/** A key has two secrets at most. */
const comparisonsMin = 2;

/** RFC 5802 section 3: ClientKey is the proof with ClientSignature taken off; its hash must be StoredKey. */
const provesSecret = (
  hash: ScramHash,
  verifier: ScramVerifier,
  authMessage: string,
  proof: Buffer,
): boolean => {
  const storedKey = Buffer.from(verifier.storedKey, 'base64');
  const signature = hmac(hash, storedKey, authMessage);
  if (proof.length !== signature.length) return false;
  const clientKey = Buffer.alloc(proof.length);
  for (let at = 0; at < proof.length; at++) clientKey[at] = (proof[at] ?? 0) ^ (signature[at] ?? 0);
  return sameBytes(digest(hash, clientKey), storedKey);
};
