import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider from 'oidc-provider';

/** Somebody at the provider, by what it says of her. */
export interface ProviderPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

export interface TestIdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** By subject. */
  readonly people: Map<string, ProviderPerson>;
  /** How far its clock is ahead; seconds. Tokens are issued by it. */
  readonly clock: { aheadSeconds: number };
  stop(): Promise<void>;
}

interface Options {
  readonly port?: number;
  readonly redirectUris: readonly string[];
}

const clientId = 'weir';

/**
 * A real OpenID Connect provider (oidc-provider) on the loopback. Its page asks who signs in and believes it; a program
 * sends the same form.
 */
export const startTestIdentityProvider = async (options: Options): Promise<TestIdentityProvider> => {
  const clientSecret = `secret-${crypto.randomUUID()}`;
  const people = new Map<string, ProviderPerson>();
  const clock = { aheadSeconds: 0 };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, configurationOf(people, clientSecret, options.redirectUris));
  provider.on('server_error', (_, cause) => console.error('the identity provider of a test failed', cause));
  const callback = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const handle = request.url?.startsWith('/interaction/')
      ? signIn(provider, people, request, response)
      : Promise.resolve(callback(request, response));
    handle.catch((cause: unknown) => {
      console.error('the identity provider of a test failed', cause);
      response.destroy();
    });
  });
  skewTokens(provider, clock);
  return {
    issuer,
    clientId,
    clientSecret,
    people,
    clock,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const configurationOf = (
  people: ReadonlyMap<string, ProviderPerson>,
  clientSecret: string,
  redirectUris: readonly string[],
): ConstructorParameters<typeof Provider>[1] => ({
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [...redirectUris],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  scopes: ['openid', 'groups'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  cookies: { keys: ['a key for the cookies of a test'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, sub) => {
    const person = people.get(sub);
    if (person === undefined) return undefined;
    const { groups, ...claims } = person;
    return {
      accountId: sub,
      claims: () => ({ sub, ...claims, ...(groups === undefined ? {} : { groups: [...groups] }) }),
    };
  },
  // Nobody is asked for consent: the organization has given it for its people.
  loadExistingGrant: async (ctx) => {
    const { client, provider, session } = ctx.oidc;
    if (client === undefined || session?.accountId === undefined) return undefined;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid email profile groups');
    await grant.save();
    return grant;
  },
});

/** Shows the form, and takes it: `subject`, or nothing by somebody who cancels. */
const signIn = async (
  provider: Provider,
  people: ReadonlyMap<string, ProviderPerson>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.method !== 'POST') {
    const choices = [...people.keys()].map((subject) => `<option>${subject}</option>`).join('');
    response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><title>Provider</title>
      <form method="post"><label>Who are you? <select name="subject">${choices}</select></label>
      <button>Go on</button></form>`);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const subject = new URLSearchParams(Buffer.concat(chunks).toString()).get('subject');
  const result =
    subject === null
      ? { error: 'access_denied', error_description: 'cancelled' }
      : { login: { accountId: subject, remember: false } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
};

/** ID tokens of a provider whose clock is not ours. */
const skewTokens = (provider: Provider, clock: { readonly aheadSeconds: number }): void => {
  const { IdToken } = provider;
  const payload = IdToken.prototype.payload;
  IdToken.prototype.payload = async function skewed(this: InstanceType<typeof IdToken>) {
    const now = Math.floor(Date.now() / 1000) + clock.aheadSeconds;
    return { ...(await payload.call(this)), iat: now, nbf: now };
  };
};
