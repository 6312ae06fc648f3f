import { createSsoDomain, setSsoConnection, verifySsoDomain } from '@weir/contracts/single-sign-on';
import { startTestDns } from '@weir/testing/dns-for-tests';
import { startTestIdentityProvider } from '@weir/testing/identity-provider-for-tests';
import { z } from 'zod';
import type { Answer, ApiClient } from './api-client.ts';
import { startTestApi, type TestApi } from './api-for-tests.ts';
import { newOwner } from './people-with-roles.ts';

const consoleUrl = 'http://localhost:13000';
export const redirectUri = `${consoleUrl}/sign-in/sso`;
const Begun = z.object({ url: z.string() });

/** Cookies that answers set, over those that were there. */
const keep = (jar: Map<string, string>, headers: Headers): void => {
  for (const line of headers.getSetCookie()) {
    const [pair = ''] = line.split(';');
    const [name = '', ...value] = pair.split('=');
    if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
    else jar.set(name, value.join('='));
  }
};
const cookieOf = (jar: ReadonlyMap<string, string>): string =>
  [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

/** A browser at the provider: goes where it is sent, picks somebody, and stops at our door. */
export const browseProvider = async (url: string, subject: string | null): Promise<URL> => {
  const jar = new Map<string, string>();
  let at = new URL(url);
  let body: URLSearchParams | null = null;
  for (let step = 0; step < 12; step++) {
    const init = body === null ? {} : { method: 'POST', body };
    const answer: Response = await fetch(at, {
      ...init,
      headers: { cookie: cookieOf(jar) },
      redirect: 'manual',
    });
    keep(jar, answer.headers);
    await answer.arrayBuffer();
    const location = answer.headers.get('location');
    body = null;
    if (location !== null) {
      at = new URL(location, at);
      if (at.href.startsWith(redirectUri)) return at;
    } else if (at.pathname.startsWith('/interaction/')) {
      body = new URLSearchParams(subject === null ? {} : { subject });
    } else {
      throw new Error(`the provider answered ${answer.status} at ${at.href}`);
    }
  }
  throw new Error('the provider sends in circles');
};

/** A sign-in that was begun: where it goes, in the browser that it belongs to. */
export interface Begun {
  readonly url: string;
  readonly browser: ApiClient;
}

export const beginSso = async (
  client: ApiClient,
  path: '/auth/sso/begin' | '/auth/sso/link',
  body: object,
): Promise<Begun> => {
  const answer = await client.send('POST', path, body);
  if (answer.status !== 200) throw new Error(`not begun: ${answer.status} ${answer.text}`);
  const jar = new Map<string, string>();
  keep(jar, answer.headers);
  const cookie = [client.headers.cookie, cookieOf(jar)].filter(Boolean).join('; ');
  return { url: Begun.parse(answer.body).url, browser: client.with({ cookie }) };
};

export const finishSso = (browser: ApiClient, callback: URL): Promise<Answer> =>
  browser.send('POST', '/auth/sso/finish', { callback: callback.search });

/** An API, a provider and DNS, all real, and an organization that has them set up. */
export const startSsoScene = async () => {
  const dns = await startTestDns();
  const provider = await startTestIdentityProvider({ redirectUris: [redirectUri] });
  const settings = { dnsServers: [dns.address], ssoAllowsLoopback: true, consoleUrl };
  const api = await startTestApi({ settings });
  return {
    api,
    dns,
    provider,
    /** A domain of nobody's. */
    newDomain: () => `d${crypto.randomUUID().slice(0, 8)}.example`,
    stop: async () => {
      await api.close();
      await provider.stop();
      await dns.stop();
    },
  };
};
export type SsoScene = Awaited<ReturnType<typeof startSsoScene>>;

/** Proves a domain for an organization. */
export const proveDomain = async ({ dns }: SsoScene, owner: ApiClient, domain: string) => {
  const named = await owner.call(createSsoDomain, { body: { domain } });
  dns.records.set(named.record_name, [named.record_value]);
  return owner.call(verifySsoDomain, { params: { id: named.id } });
};

export const connectionOf = ({ provider }: SsoScene) => ({
  issuer: provider.issuer,
  client_id: provider.clientId,
  client_secret: provider.clientSecret,
});

/** An organization with a domain and the provider. */
export const newSsoOwner = async (scene: SsoScene) => {
  const owner = await newOwner(scene.api, 'Olga');
  const domain = scene.newDomain();
  await proveDomain(scene, owner.client, domain);
  await owner.client.call(setSsoConnection, { body: connectionOf(scene) });
  return { ...owner, domain };
};

/** Somebody at the provider, with an address of the domain. */
export const newSubject = (
  { provider }: SsoScene,
  domain: string,
  more: { readonly groups?: readonly string[]; readonly email?: string } = {},
) => {
  const subject = `s-${crypto.randomUUID().slice(0, 8)}`;
  const email = `${subject}@${domain}`;
  provider.people.set(subject, { email, name: 'Sol', groups: [], ...more });
  return { subject, email };
};

/** The whole way. */
export const ssoSignIn = async (
  api: TestApi,
  { email, subject }: { readonly email: string; readonly subject: string },
): Promise<{ readonly answer: Answer; readonly client: ApiClient }> => {
  const { browser, url } = await beginSso(api.anonymous, '/auth/sso/begin', { email });
  const answer = await finishSso(browser, await browseProvider(url, subject));
  const jar = new Map<string, string>();
  keep(jar, answer.headers);
  return { answer, client: api.anonymous.with({ cookie: cookieOf(jar) }) };
};
