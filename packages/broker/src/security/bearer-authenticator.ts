import type { TokenClaims, Tokens } from '../deps.ts';
import type { SaslStep } from './authenticator.ts';
import { type BearerMessage, readBearerMessage } from './bearer-message.ts';

/** RFC 7628, 3.2.3. The client answers with a byte, and is refused then. */
const invalidToken = { kind: 'challenge', bytes: Buffer.from('{"status":"invalid_token"}') } as const;

/**
 * OAUTHBEARER (RFC 7628, KIP-255, KIP-768): a token of the cloud's identity provider is for clusters, which are its
 * audiences, and makes the connection one of the service account that is its subject. What that may do there, ACLs and
 * roles say.
 */
export class BearerAuthenticator {
  readonly #tokens: Tokens;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** `namedCluster`: by whose name the connection came, if it did. */
  async first(bytes: Buffer, namedCluster: string | null): Promise<SaslStep> {
    const message = readBearerMessage(bytes);
    const claims = message === null ? null : await this.#tokens.verify(message.token);
    if (message === null || claims === null || !serviceAccount.test(claims.subject)) return invalidToken;
    const { authorizationId } = message;
    if (authorizationId !== '' && authorizationId !== claims.subject) return invalidToken;
    const clusterId = clusterOf(claims, message, namedCluster);
    if (clusterId === null) return invalidToken;
    const { subject, expiresAt } = claims;
    const credential = { keyId: null, clusterId, principal: `User:${subject}`, expiresAt };
    return { kind: 'authenticated', bytes: Buffer.alloc(0), credential, secretNumber: null };
  }
}

/** People sign in by themselves: programs act for service accounts. */
const serviceAccount = /^sa-[a-z0-9]{1,32}$/;
const clusterForm = /^lkc-/;

/** The one that the client names, if the token is for it; else the only one that the token is for. */
function clusterOf(
  { audiences }: TokenClaims,
  { extensions }: BearerMessage,
  namedCluster: string | null,
): string | null {
  const clusters = audiences.filter((audience) => clusterForm.test(audience));
  const asked = namedCluster ?? extensions.get('logicalCluster');
  if (asked !== undefined) return clusters.includes(asked) ? asked : null;
  const [only] = clusters;
  return clusters.length === 1 && only !== undefined ? only : null;
}
