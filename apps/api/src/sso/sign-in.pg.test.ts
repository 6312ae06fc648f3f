import { createServer } from 'node:http';
import { listUsers } from '@weir/contracts/iam';
import { listMemberships } from '@weir/contracts/members';
import { listOrganizations } from '@weir/contracts/organizations';
import { listSessions } from '@weir/contracts/sessions';
import { getSsoSettings, setSsoConnection } from '@weir/contracts/single-sign-on';
import { findFreePort } from '@weir/local-servers/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../testing/mails-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';
import {
  beginSso,
  browseProvider,
  connectionOf,
  finishSso,
  newSsoOwner,
  newSubject,
  type SsoScene,
  ssoSignIn,
  startSsoScene,
} from '../testing/sso-for-tests.ts';

let scene: SsoScene;
beforeAll(async () => {
  scene = await startSsoScene();
});
afterAll(() => scene.stop());

const begin = (email: string) => beginSso(scene.api.anonymous, '/auth/sso/begin', { email });
const password = 'correct horse battery';
const codeOf = (answer: { body: unknown }) => (answer.body as { code?: string } | null)?.code;

describe('a sign-in by the identity provider', () => {
  it('makes a member of somebody new, in that organization alone, and knows her again by who she is there', async () => {
    const { domain, client: owner, organizationId } = await newSsoOwner(scene);
    const somebody = newSubject(scene, domain);
    const { answer, client } = await ssoSignIn(scene.api, somebody);
    expect([answer.status, answer.body]).toEqual([200, { outcome: 'SIGNED_IN', lacks_groups: false }]);
    const { id } = await personOf(client);
    expect((await client.call(listMemberships, {})).data).toMatchObject([
      { organization_id: organizationId },
    ]);
    // Her address there is another by now, and she is the same.
    scene.provider.people.set(somebody.subject, { email: `renamed@${domain}`, groups: [] });
    const again = await ssoSignIn(scene.api, somebody);
    expect((await personOf(again.client)).id).toBe(id);
    expect((await owner.call(listUsers, {})).data.map((user) => user.id)).toContain(id);
    expect(await scene.api.platform.db.account.count({ where: { userId: id } })).toBe(0);
  });

  it('never takes over an account by its address, which is connected by who is signed in to it', async () => {
    const { domain, organizationId } = await newSsoOwner(scene);
    const somebody = newSubject(scene, domain);
    const before = await scene.api.anonymous.signUp({ name: 'Bob', email: somebody.email, password });
    const { id } = await personOf(before);
    const refused = await ssoSignIn(scene.api, somebody);
    expect([refused.answer.status, codeOf(refused.answer)]).toEqual([400, 'sso_account_exists']);
    expect(refused.answer.headers.getSetCookie().join()).not.toContain('session_token=');

    const unconfirmed = await before.send('POST', '/auth/sso/link', { password });
    expect([unconfirmed.status, codeOf(unconfirmed) ?? unconfirmed.text]).toEqual([409, expect.anything()]);
    await scene.api.platform.db.user.update({ where: { id }, data: { emailVerified: true } });
    expect((await before.send('POST', '/auth/sso/link', { password: 'a guess' })).status).toBe(400);
    const { browser, url } = await beginSso(before, '/auth/sso/link', { password });
    const linked = await finishSso(browser, await browseProvider(url, somebody.subject));
    expect([linked.status, linked.body]).toEqual([200, { outcome: 'LINKED', lacks_groups: false }]);
    const after = await ssoSignIn(scene.api, somebody);
    expect((await personOf(after.client)).id).toBe(id);
    expect((await after.client.call(listMemberships, {})).data).toMatchObject([
      { organization_id: organizationId, is_current: true },
    ]);
  });

  it('opens that organization only, whatever else its person is in', async () => {
    const { domain } = await newSsoOwner(scene);
    const somebody = newSubject(scene, domain);
    const own = await newOwner(scene.api, 'Own');
    const { browser, url } = await (async () => {
      // Her own organization has no provider, and her address is of the domain.
      await scene.api.platform.db.user.update({ where: { id: own.id }, data: { email: somebody.email } });
      return beginSso(own.client, '/auth/sso/link', { password });
    })();
    await finishSso(browser, await browseProvider(url, somebody.subject));
    const { client } = await ssoSignIn(scene.api, somebody);
    const switched = await client.send('POST', '/auth/switch-organization', {
      organization_id: own.organizationId,
    });
    expect([switched.status, switched.text]).toEqual([409, expect.stringContaining('bound_session')]);
    const { data } = await client.call(listOrganizations, {});
    expect(data.map(({ id }) => id)).not.toContain(own.organizationId);
    // It sees and ends no session but those of the same organization's provider.
    expect((await client.call(listSessions, {})).data).toHaveLength(1);
    expect((await client.send('DELETE', '/iam/v2/sessions')).status).toBe(204);
    expect((await own.client.call(listSessions, {})).data.length).toBeGreaterThan(1);
  });

  it('lasts twelve hours, however much it is used', async () => {
    const { domain } = await newSsoOwner(scene);
    const { client } = await ssoSignIn(scene.api, newSubject(scene, domain));
    const { id: userId } = await personOf(client);
    const age = (hours: number) =>
      scene.api.platform.db.session.updateMany({
        where: { userId },
        data: { createdAt: new Date(Date.now() - hours * 3_600_000) },
      });
    await age(11.9);
    expect((await client.try(listMemberships, {})).status).toBe(200);
    await age(12.1);
    expect((await client.try(listMemberships, {})).status).toBe(401);
    expect((await client.send('GET', '/auth/get-session')).body).toBeNull();
  });

  it('says the same of an address whether or not it has an account, and nothing of other domains', async () => {
    const { domain } = await newSsoOwner(scene);
    const email = `known@${domain}`;
    await scene.api.anonymous.signUp({ name: 'K', email, password });
    const shape = async (address: string) => {
      const { url } = await begin(address);
      const { searchParams } = new URL(url);
      return [...searchParams.keys()].toSorted().join();
    };
    expect(await shape(email)).toBe(await shape(`nobody@${domain}`));
    const other = await scene.api.anonymous.send('POST', '/auth/sso/begin', { email: 'a@nobody.example' });
    expect([other.status, other.body]).toEqual([200, { url: null }]);
  });
});

describe('what goes wrong', () => {
  const problem = async (spoil: () => void | Promise<void>, mend: () => void | Promise<void>) => {
    const { domain } = await newSsoOwner(scene);
    const { email, subject } = newSubject(scene, domain);
    const { browser, url } = await begin(email);
    const callback = await browseProvider(url, subject);
    await spoil();
    try {
      return await finishSso(browser, callback);
    } finally {
      await mend();
    }
  };

  it('a wrong secret is told as the organization’s to mend, and stands in no answer', async () => {
    const { client: owner, domain } = await newSsoOwner(scene);
    const wrong = `wrong-${crypto.randomUUID()}`;
    await owner.call(setSsoConnection, { body: { ...connectionOf(scene), client_secret: wrong } });
    const { answer } = await ssoSignIn(scene.api, newSubject(scene, domain));
    expect([answer.status, codeOf(answer)]).toEqual([400, 'sso_client_refused']);
    expect(answer.text).toContain('page Single sign-on');
    expect(answer.text).not.toContain(wrong);
    expect((await owner.try(getSsoSettings, {})).text).not.toContain(wrong);
  });

  it('a provider whose clock is ten minutes ahead is told as that', async () => {
    const ahead = (seconds: number) => {
      scene.provider.clock.aheadSeconds = seconds;
    };
    const answer = await problem(
      () => ahead(600),
      () => ahead(0),
    );
    expect([answer.status, codeOf(answer)]).toEqual([400, 'sso_clock_skew']);
  });

  it('a sign-in is finished once, in the browser in which it was begun, and by its own code', async () => {
    const { domain } = await newSsoOwner(scene);
    const [one, other] = [newSubject(scene, domain), newSubject(scene, domain)];
    const first = await begin(one.email);
    const callback = await browseProvider(first.url, one.subject);
    const stranger = await finishSso(scene.api.anonymous, callback);
    expect([stranger.status, codeOf(stranger)]).toEqual([400, 'sso_state_unknown']);
    const second = await begin(other.email);
    const elsewhere = await finishSso(second.browser, callback);
    expect([elsewhere.status, codeOf(elsewhere)]).toEqual([400, 'sso_state_unknown']);

    const third = await begin(one.email);
    const own = await browseProvider(third.url, one.subject);
    expect((await finishSso(third.browser, own)).status).toBe(200);
    const replayed = await finishSso(third.browser, own);
    expect([replayed.status, codeOf(replayed)]).toEqual([400, 'sso_state_unknown']);

    // Another's code in a sign-in of one's own: PKCE does not fit.
    const [mine, theirs] = [await begin(one.email), await begin(other.email)];
    const [here, there] = [
      await browseProvider(mine.url, one.subject),
      await browseProvider(theirs.url, other.subject),
    ];
    here.searchParams.set('code', there.searchParams.get('code') ?? '');
    const injected = await finishSso(mine.browser, here);
    expect([injected.status, codeOf(injected)]).toEqual([400, 'sso_code_refused']);
  });

  it('who cancels is told that nobody signed her in', async () => {
    const { domain } = await newSsoOwner(scene);
    const { browser, url } = await begin(`x@${domain}`);
    const answer = await finishSso(browser, await browseProvider(url, null));
    expect([answer.status, codeOf(answer)]).toEqual([400, 'sso_denied']);
  });

  it('an address of no domain that is proved, or of none at all, makes nobody', async () => {
    const { domain } = await newSsoOwner(scene);
    const stranger = newSubject(scene, domain, { email: 'somebody@elsewhere.example' });
    const { answer } = await ssoSignIn(scene.api, { ...stranger, email: `a@${domain}` });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'sso_other_domain']);
    const nameless = newSubject(scene, domain);
    scene.provider.people.set(nameless.subject, { name: 'N' });
    const without = await ssoSignIn(scene.api, nameless);
    expect([without.answer.status, codeOf(without.answer)]).toEqual([400, 'sso_no_address']);
    const unconfirmed = newSubject(scene, domain);
    scene.provider.people.set(unconfirmed.subject, { email: unconfirmed.email, email_verified: false });
    expect(codeOf((await ssoSignIn(scene.api, unconfirmed)).answer)).toBe('sso_no_address');
  });

  it('a provider whose page is a script or a file is nowhere that a browser is sent', async () => {
    const { client: owner, domain } = await newSsoOwner(scene);
    const server = createServer((request, response) => {
      const issuer = `http://${request.headers.host}`;
      const endpoints = { authorization_endpoint: 'javascript:alert(1)', token_endpoint: `${issuer}/token` };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, ...endpoints }));
    });
    const port = await findFreePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await owner.call(setSsoConnection, {
      body: { ...connectionOf(scene), issuer: `http://127.0.0.1:${port}` },
    });
    const answer = await scene.api.anonymous.send('POST', '/auth/sso/begin', { email: `a@${domain}` });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'sso_answer_invalid']);
    expect(answer.text).not.toContain('javascript');
    server.close();
    server.closeAllConnections();
  });

  it('a provider that is down is told as that, and settings that lead into our own network are refused', async () => {
    const { client: owner, domain, organizationId } = await newSsoOwner(scene);
    const set = (issuer: string) => owner.try(setSsoConnection, { body: { ...connectionOf(scene), issuer } });
    for (const issuer of ['http://10.0.0.1', 'https://169.254.169.254/latest', 'https://[fd00::1]/']) {
      const answer = await set(issuer);
      expect([issuer, answer.status, answer.text]).toEqual([
        issuer,
        400,
        expect.stringMatching(/private network|https only/),
      ]);
    }
    const absent = await set('http://127.0.0.1:9');
    expect([absent.status, absent.text]).toEqual([400, expect.stringContaining('/issuer')]);
    await scene.api.platform.db.ssoConnection.update({
      where: { organizationId },
      data: { issuer: 'http://127.0.0.1:9' },
    });
    const answer = await scene.api.anonymous.send('POST', '/auth/sso/begin', { email: `a@${domain}` });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'sso_provider_unreachable']);
  });
});
