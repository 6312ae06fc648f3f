import { createCluster } from '@weir/contracts/clusters';
import { createApiKey, listApiKeys } from '@weir/contracts/iam';
import { deleteUser, listMemberships } from '@weir/contracts/members';
import { listEnvironments } from '@weir/contracts/organizations';
import {
  createSsoDomain,
  deleteSsoConnection,
  keysLapseAfterDays,
  listSsoDomains,
  setSsoConnection,
  setSsoEnforcement,
  verifySsoDomain,
} from '@weir/contracts/single-sign-on';
import { missingMsMax } from '@weir/mail-domains/look';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import { findDueEntries } from '@weir/provisioning/outbox.store';
import { totpOf } from '@weir/testing/totp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiClient } from '../testing/api-client.ts';
import { personOf } from '../testing/mails-for-tests.ts';
import { bind, newMember, newOwner } from '../testing/people-with-roles.ts';
import {
  connectionOf,
  newSsoOwner,
  newSubject,
  proveDomain,
  type SsoScene,
  ssoSignIn,
  startSsoScene,
} from '../testing/sso-for-tests.ts';

let scene: SsoScene;
beforeAll(async () => {
  scene = await startSsoScene();
  await scene.api.cell.registerBroker(brokerOf(1));
});
afterAll(() => scene.stop());

const password = 'correct horse battery';
const dayMs = 86_400_000;
const enforce = (client: ApiClient, is_enforced = true) =>
  client.try(setSsoEnforcement, { body: { is_enforced } });
/** What the worker does. */
const applyDue = async () => {
  const { cells, db } = scene.api.platform;
  const now = () => Date.now();
  for (const id of await findDueEntries(db, now() + dayMs, 1_000)) {
    await applyOutboxEntry({ db, cells, now }, id);
  }
};
const hasPasskey = (userId: string) =>
  scene.api.platform.db.passkey.create({
    data: {
      ...{ id: crypto.randomUUID(), userId, name: 'x', credentialId: crypto.randomUUID() },
      ...{ publicKey: new Uint8Array(1), counter: 0n },
    },
  });

/** An organization that lets people of its domain in by single sign-on only, and one of them. */
const newEnforced = async () => {
  const owner = await newSsoOwner(scene);
  const somebody = newSubject(scene, owner.domain);
  const member = await ssoSignIn(scene.api, somebody);
  await hasPasskey(owner.id);
  return { owner, somebody, member: { client: member.client, id: (await personOf(member.client)).id } };
};

describe('enforcement', () => {
  it('is turned on by who has a way back in, once it has worked for a domain that is proved', async () => {
    const owner = await newOwner(scene.api);
    const steps: string[] = [];
    const next = async () => steps.push((await enforce(owner.client)).text);
    await next();
    await owner.client.call(setSsoConnection, { body: connectionOf(scene) });
    await next();
    const domain = scene.newDomain();
    await proveDomain(scene, owner.client, domain);
    await next();
    await ssoSignIn(scene.api, newSubject(scene, domain));
    await next();
    expect(steps.map((text) => /Set the|Prove|Sign in|passkey/.exec(text)?.[0])).toEqual([
      'Set the',
      'Prove',
      'Sign in',
      'passkey',
    ]);
    await hasPasskey(owner.id);
    expect((await enforce(owner.client)).status).toBe(200);
  });

  it('shuts passwords of the domain out of that organization, and of no other of the same person', async () => {
    const { owner } = await newEnforced();
    const email = `bob@${owner.domain}`;
    const bob = await scene.api.anonymous.signUp({ name: 'Bob', email, password });
    const { id } = await personOf(bob);
    await scene.api.platform.db.member.create({
      data: { organizationId: owner.organizationId, userId: id },
    });
    const into = () =>
      bob.send('POST', '/auth/switch-organization', { organization_id: owner.organizationId });
    expect((await into()).status).toBe(200);
    expect((await enforce(owner.client)).status).toBe(200);
    // From the next request on the session is about her own again.
    const { data } = await bob.call(listMemberships, {});
    expect(data.find(({ is_current }) => is_current)?.organization_id).not.toBe(owner.organizationId);
    const again = await into();
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('sso_required')]);
    await scene.api.platform.db.member.deleteMany({
      where: { userId: id, organizationId: { not: owner.organizationId } },
    });
    const alone = await bob.try(listEnvironments, {});
    expect([alone.status, alone.text]).toEqual([403, expect.stringContaining('sso_required')]);
    expect((await enforce(owner.client, false)).status).toBe(200);
    expect((await bob.try(listEnvironments, {})).status).toBe(200);
  });

  it('leaves members of other domains alone, and sessions of single sign-on', async () => {
    const { owner, member } = await newEnforced();
    const guest = await newMember(scene.api, owner.organizationId);
    expect((await enforce(owner.client)).status).toBe(200);
    for (const client of [guest.client, member.client]) {
      const { data } = await client.call(listMemberships, {});
      expect(data.find(({ is_current }) => is_current)?.organization_id).toBe(owner.organizationId);
    }
  });

  it('lets an administrator of the domain back in with a second factor, not with a password, and nobody else', async () => {
    const { owner } = await newEnforced();
    const email = `root@${owner.domain}`;
    const signUp = await scene.api.anonymous.signUp({ name: 'Root', email, password });
    const { id } = await personOf(signUp);
    const { db } = scene.api.platform;
    await db.member.deleteMany({ where: { userId: id } });
    await db.member.create({ data: { organizationId: owner.organizationId, userId: id } });
    expect((await enforce(owner.client)).status).toBe(200);
    const isIn = async () => (await signUp.try(listEnvironments, {})).status;
    const crn = `crn://weir/organization=${owner.organizationId}`;
    expect(await isIn()).toBe(403);
    await bind(owner.client, id, 'OrganizationAdmin', crn);
    expect(await isIn()).toBe(403);

    await db.user.update({ where: { id }, data: { emailVerified: true } });
    const enrolled = await signUp.send('POST', '/auth/two-factor/enable', { password });
    const { totpURI } = z.object({ totpURI: z.string() }).parse(enrolled.body);
    await signUp.send('POST', '/auth/two-factor/verify-totp', { code: totpOf(totpURI, Date.now()) });
    const first = await scene.api.anonymous.send('POST', '/auth/sign-in/email', { email, password });
    const challenge = scene.api.anonymous.with({ cookie: cookies(first.headers) });
    const second = await challenge.send('POST', '/auth/two-factor/verify-totp', {
      code: totpOf(totpURI, Date.now() + 30_000),
    });
    expect(second.status).toBe(200);
    const strong = scene.api.anonymous.with({ cookie: cookies(second.headers) });
    expect((await strong.try(listEnvironments, {})).status).toBe(200);
    await db.roleBinding.deleteMany({ where: { principalId: id } });
    expect((await strong.try(listEnvironments, {})).status).toBe(403);
  });
  it('ends with the domain: who has a password comes in by it again, her keys do not lapse, and administrators are told', async () => {
    const { owner } = await newEnforced();
    const { organizationId } = owner;
    const { db } = scene.api.platform;
    const email = `eve@${owner.domain}`;
    const eve = await scene.api.anonymous.signUp({ name: 'Eve', email, password });
    const { id } = await personOf(eve);
    await db.member.deleteMany({ where: { userId: id } });
    await db.member.create({ data: { organizationId, userId: id } });
    await bind(owner.client, id, 'OrganizationAdmin', `crn://weir/organization=${organizationId}`);
    const cluster = await owner.client.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const key = await eve.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
    const expiry = async () => (await scene.api.cell.findCredential(key.id))?.expiresAt ?? null;
    expect((await enforce(owner.client)).status).toBe(200);
    await applyDue();
    expect((await eve.try(listEnvironments, {})).status).toBe(403);
    expect(await expiry()).not.toBeNull();

    const { record_name: name = '' } = (await owner.client.call(listSsoDomains, {})).data[0] ?? {};
    scene.dns.records.delete(name);
    const long = new Date(Date.now() - missingMsMax - 1);
    await db.ssoDomain.updateMany({
      where: { organizationId },
      data: { checkedAt: long, missingSince: long },
    });
    await scene.api.anonymous.send('POST', '/auth/sso/begin', { email });
    await applyDue();
    expect((await eve.try(listEnvironments, {})).status).toBe(200);
    expect(await expiry()).toBeNull();
    const told = await db.mail.findMany({ where: { userId: owner.id, kind: 'domain-notice' } });
    expect(told.map(({ params }) => params)).toMatchObject([{ event: 'lapsed', domain: owner.domain }]);
  });
});

describe('keys of people who no longer sign in', () => {
  it('lapse a month after the last sign-in, in the API and in the cell, and come back with the next', async () => {
    const { owner, member, somebody } = await newEnforced();
    const crn = `crn://weir/organization=${owner.organizationId}`;
    await bind(owner.client, member.id, 'DeveloperRead', crn);
    const cluster = await owner.client.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const cloud = await member.client.call(createApiKey, { body: { spec: {} } });
    const inCluster = await member.client.call(createApiKey, {
      body: { spec: { resource: { id: cluster.id } } },
    });
    const byKey = scene.api.anonymous.withKey(cloud.id, cloud.spec.secret);
    const expiry = async () => (await scene.api.cell.findCredential(inCluster.id))?.expiresAt ?? null;
    expect(await expiry()).toBeNull();
    await enforce(owner.client);
    await applyDue();
    expect((await expiry()) ?? 0).toBeGreaterThan(Date.now() + (keysLapseAfterDays - 1) * dayMs);
    expect((await byKey.try(listApiKeys, {})).status).toBe(200);

    const past = new Date(Date.now() - (keysLapseAfterDays + 1) * dayMs);
    const { db } = scene.api.platform;
    await db.ssoConnection.updateMany({ data: { enforcedAt: past } });
    await db.ssoIdentity.updateMany({ where: { userId: member.id }, data: { lastSignInAt: past } });
    const lapsed = await byKey.try(listApiKeys, {});
    expect([lapsed.status, lapsed.text]).toEqual([403, expect.stringContaining('invalid API key')]);

    await ssoSignIn(scene.api, somebody);
    await applyDue();
    expect((await byKey.try(listApiKeys, {})).status).toBe(200);
    expect((await expiry()) ?? 0).toBeGreaterThan(Date.now() + (keysLapseAfterDays - 1) * dayMs);
    await enforce(owner.client, false);
    await applyDue();
    expect(await expiry()).toBeNull();
  });
});

describe('who is removed, and a provider that is', () => {
  it('end sessions that came by it at once', async () => {
    const { owner, member, somebody } = await newEnforced();
    await owner.client.call(deleteUser, { params: { id: member.id } });
    expect((await member.client.try(listMemberships, {})).status).toBe(401);
    // The account that is left is taken over by nobody: an invitation brings her back.
    const again = await ssoSignIn(scene.api, somebody);
    expect([again.answer.status, again.answer.text]).toEqual([
      400,
      expect.stringContaining('sso_account_exists'),
    ]);
  });

  it('leaves nobody signed in when it goes, and its secret nowhere', async () => {
    const { owner, member } = await newEnforced();
    await owner.client.call(deleteSsoConnection, {});
    expect((await member.client.try(listMemberships, {})).status).toBe(401);
    expect(
      await scene.api.platform.db.ssoConnection.count({ where: { organizationId: owner.organizationId } }),
    ).toBe(0);
  });
});

describe('a domain', () => {
  it('is proved by its TXT record and nothing else, and by one organization at a time', async () => {
    const [one, other] = [await newOwner(scene.api), await newOwner(scene.api)];
    const domain = scene.newDomain();
    const named = await one.client.call(createSsoDomain, { body: { domain: domain.toUpperCase() } });
    const verify = () => one.client.try(verifySsoDomain, { params: { id: named.id } });
    const missing = await verify();
    expect([missing.status, missing.text]).toEqual([409, expect.stringContaining(named.record_name)]);
    scene.dns.records.set(named.record_name, ['weir-domain-verification=another']);
    expect((await verify()).status).toBe(409);
    scene.dns.fails = true;
    expect((await verify()).status).toBe(503);
    scene.dns.fails = false;
    const [params, query] = [{ id: named.id }, { dry_run: 'true' }];
    expect((await one.client.try(verifySsoDomain, { params, query })).status).toBe(409);
    scene.dns.records.set(named.record_name, ['v=spf1 -all', named.record_value]);
    expect(await one.client.call(verifySsoDomain, { params, query })).toMatchObject({ is_verified: true });
    const tried = await one.client.call(listSsoDomains, {});
    expect(tried.data).toMatchObject([{ is_verified: false, verified_at: null }]);
    expect((await verify()).status).toBe(200);

    const rival = await other.client.call(createSsoDomain, { body: { domain } });
    expect(rival.record_value).not.toBe(named.record_value);
    const claim = () => other.client.try(verifySsoDomain, { params: { id: rival.id } });
    scene.dns.records.set(named.record_name, [named.record_value, rival.record_value]);
    const taken = await claim();
    expect([taken.status, taken.text]).toEqual([409, expect.stringContaining('domain_taken')]);
    const tryToTake = () => other.client.try(verifySsoDomain, { params: { id: rival.id }, query });
    expect((await tryToTake()).text).toContain('domain_taken');
    // It changed hands: the former record is gone.
    scene.dns.records.set(named.record_name, [rival.record_value]);
    expect((await tryToTake()).status).toBe(200);
    expect((await one.client.call(listSsoDomains, {})).data).toMatchObject([{ is_verified: true }]);
    expect((await claim()).status).toBe(200);
    const { data } = await one.client.call(listSsoDomains, {});
    expect(data).toMatchObject([{ domain, is_verified: false }]);
  });

  it('is looked at again while it is used, and lets nobody in a week after it was gone', async () => {
    const owner = await newSsoOwner(scene);
    const { db } = scene.api.platform;
    const where = { organizationId: owner.organizationId };
    const { record_name: name = '' } = (await owner.client.call(listSsoDomains, {})).data[0] ?? {};
    scene.dns.records.delete(name);
    const begin = async () => {
      const answer = await scene.api.anonymous.send('POST', '/auth/sso/begin', {
        email: `a@${owner.domain}`,
      });
      return z.object({ url: z.string().nullable() }).parse(answer.body).url !== null;
    };
    expect(await begin()).toBe(true);
    await db.ssoDomain.updateMany({ where, data: { checkedAt: new Date(Date.now() - 2 * dayMs) } });
    expect(await begin()).toBe(true);
    expect((await owner.client.call(listSsoDomains, {})).data[0]?.missing_since).not.toBeNull();
    const long = new Date(Date.now() - missingMsMax - 1);
    await db.ssoDomain.updateMany({ where, data: { checkedAt: long, missingSince: long } });
    expect(await begin()).toBe(false);
    const lapsed = await db.auditEvent.findFirst({ where: { ...where, action: 'sso-domain.lapse' } });
    expect(lapsed).toMatchObject({ actorKind: 'System', via: 'dns' });
  });
});

const cookies = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
