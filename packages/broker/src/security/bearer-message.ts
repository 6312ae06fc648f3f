import { bearerTokenBytesMax } from '../limits.ts';

export interface BearerMessage {
  readonly token: string;
  /** Empty: the client acts for whom the token is. */
  readonly authorizationId: string;
  /** KIP-342. */
  readonly extensions: ReadonlyMap<string, string>;
}

const separator = '\x01';

/** What a client of OAUTHBEARER begins with; null where it is not in that form, or too large. */
export function readBearerMessage(bytes: Buffer): BearerMessage | null {
  // client-resp = gs2-header kvsep *kvpair kvsep ; gs2-header = "n," [ "a=" authzid ] "," (RFC 7628, 3.1)
  if (bytes.length > bearerTokenBytesMax) return null;
  const parts = bytes.toString('utf8').split(separator);
  const [header = '', ...rest] = parts;
  const [, authorizationId = ''] = /^n,(?:a=([^,]*))?,$/.exec(header) ?? [];
  if (!/^n,(?:a=[^,]*)?,$/.test(header) || rest.at(-1) !== '' || rest.at(-2) !== '') return null;
  const pairs = new Map<string, string>();
  for (const pair of rest.slice(0, -2)) {
    const at = pair.indexOf('=');
    if (at < 1 || pairs.has(pair.slice(0, at))) return null;
    pairs.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(pairs.get('auth') ?? '') ?? [];
  if (token === undefined) return null;
  pairs.delete('auth');
  return { token, authorizationId, extensions: pairs };
}
