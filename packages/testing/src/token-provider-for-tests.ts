import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export interface TokenProvider {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly jwksUrl: string;
  /** How many asked for its keys. */
  readonly keysAsked: () => number;
  /** A token of the client, for an hour or for so long, by the client's own secret. */
  token(clientId: string): Promise<string>;
  stop(): Promise<void>;
}

interface Options {
  /** Each has the secret `secret-of-<id>`. */
  readonly clientIds: readonly string[];
  readonly audience: string;
  readonly secondsMax?: number;
}

export const secretOf = (clientId: string) => `secret-of-${clientId}`;

const resource = 'urn:weir:kafka';

/** A real OAuth server (oidc-provider) on the loopback, whose clients get tokens for themselves (RFC 6749, 4.4; RFC 9068). */
export async function startTokenProvider(options: Options): Promise<TokenProvider> {
  const { audience, clientIds, secondsMax = 3600 } = options;
  const state = { keysAsked: 0 };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: clientIds.map((client_id) => ({
      client_id,
      client_secret: secretOf(client_id),
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    })),
    cookies: { keys: ['a key for the cookies of a test'] },
    ttl: { ClientCredentials: secondsMax },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: () => ({
          audience,
          scope: 'kafka',
          accessTokenTTL: secondsMax,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === '/jwks') state.keysAsked += 1;
    void callback(request, response);
  });
  const tokenUrl = `${issuer}/token`;
  return {
    issuer,
    tokenUrl,
    jwksUrl: `${issuer}/jwks`,
    keysAsked: () => state.keysAsked,
    async token(clientId) {
      const authorization = `Basic ${btoa(`${clientId}:${secretOf(clientId)}`)}`;
      const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'kafka' });
      const response = await fetch(tokenUrl, { method: 'POST', headers: { authorization }, body });
      const answer: unknown = await response.json();
      const hasToken = typeof answer === 'object' && answer !== null && 'access_token' in answer;
      if (!hasToken) throw new Error(`the provider answered ${JSON.stringify(answer)}`);
      return String(answer.access_token);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
