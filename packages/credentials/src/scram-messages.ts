/**
 * `malformed`: not SCRAM as RFC 5802 writes it. `unsupported`: channel binding, or acting for another.
 * `refused`: unknown user or wrong secret, which cannot be told apart. Clients get one text for all.
 */
export type ScramRefusal = 'malformed' | 'unsupported' | 'refused';

type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: ScramRefusal };

export interface ClientFirst {
  /** With its closing comma: what the client's second message must repeat as channel binding. */
  readonly gs2Header: string;
  /** client-first-message-bare: everything after the gs2 header. */
  readonly bare: string;
  readonly username: string;
  readonly nonce: string;
}

export interface ClientFinal {
  readonly channelBinding: string;
  readonly nonce: string;
  readonly withoutProof: string;
  readonly proof: Buffer;
}

/** Longer than any client writes, shorter than would be worth sending to hurt. */
const messageBytesMax = 4096;
const malformed = { ok: false, reason: 'malformed' } as const;
const unsupported = { ok: false, reason: 'unsupported' } as const;

/** RFC 5802 section 7: printable ASCII but the comma. */
const printable = '[\\x21-\\x2b\\x2d-\\x7e]';
const clientFirstForm = new RegExp(
  `^((n|y|p=[^,]*),(?:a=([^,]*))?,)(n=([^,]*),r=(${printable}+)(?:,.*)?)$`,
  's',
);
const clientFinalForm = new RegExp(`^(c=([^,]*),r=(${printable}+)(?:,.*)?),p=([^,]*)$`, 's');
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

// client-first-message = gs2-cbind-flag "," [ authzid ] "," [ reserved-mext "," ] username "," nonce [ "," extensions ]
export const parseClientFirst = (message: Buffer): Parsed<ClientFirst> => {
  const text = decodeUtf8(message);
  const match = text === null ? null : clientFirstForm.exec(text);
  if (!match) return malformed;
  const [, gs2Header = '', flag = '', authzid, bare = '', escapedName = '', nonce = ''] = match;
  // We have no TLS endpoint to bind to, and a client that believes we do must not be talked down.
  if (flag.startsWith('p')) return unsupported;

  const username = unescapeName(escapedName);
  if (username === null || username === '') return malformed;
  if (authzid !== undefined && unescapeName(authzid) !== username) return unsupported;
  return { ok: true, value: { gs2Header, bare, username, nonce } };
};

// client-final-message = channel-binding "," nonce [ "," extensions ] "," proof
export const parseClientFinal = (message: Buffer): Parsed<ClientFinal> => {
  const text = decodeUtf8(message);
  const match = text === null ? null : clientFinalForm.exec(text);
  if (!match) return malformed;
  const [, withoutProof = '', channelBinding = '', nonce = '', proof = ''] = match;
  if (!base64Form.test(proof)) return malformed;
  return { ok: true, value: { channelBinding, nonce, withoutProof, proof: Buffer.from(proof, 'base64') } };
};

/** A name's commas and equals signs travel as `=2C` and `=3D`; any other equals sign is an error. */
const unescapeName = (escaped: string): string | null => {
  if (/=(?!2C|3D)/.test(escaped)) return null;
  return escaped.replaceAll('=2C', ',').replaceAll('=3D', '=');
};

const decodeUtf8 = (message: Buffer): string | null => {
  if (message.length > messageBytesMax) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
  } catch {
    // Not UTF-8: the peer's mistake, reported as a malformed message by whoever called.
    return null;
  }
};
