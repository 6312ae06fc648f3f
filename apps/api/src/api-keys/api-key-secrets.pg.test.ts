import { randomBytes } from 'node:crypto';
import {
  createApiKeySecret,
  deleteApiKeySecret,
  listApiKeySecrets,
  reportSecrets,
} from '@weir/contracts/api-key-secrets';
import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount, getApiKey, listApiKeys } from '@weir/contracts/iam';
import { createSecret, isWellFormedSecret } from '@weir/credentials/api-key';
import { verifySecret } from '@weir/credentials/scram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { mailsTo, personOf, verifyAddress } from '../testing/mails-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const dayMs = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString();

/** A person with a key of a cluster. */
async function keyOfCluster() {
  const person = await api.signUp();
  const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const key = await person.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
  return { person, cluster, key, secret: key.spec.secret ?? '', params: { id: key.id } };
}

/** A person with a key of the control plane, and whether a secret opens it. */
async function keyOfCloud() {
  const person = await api.signUp();
  const key = await person.call(createApiKey, { body: { spec: {} } });
  const opens = async (secret = '') =>
    (await person.withKey(key.id, secret).send('GET', '/cmk/v2/clusters')).status === 200;
  return { person, key, secret: key.spec.secret ?? '', params: { id: key.id }, opens };
}

/** The numbers of the secrets by which the cell opens the cluster, of those given. */
async function openedInCell(keyId: string, ...secrets: readonly string[]): Promise<number[]> {
  const credential = await api.cell.findCredential(keyId);
  const numbers: number[] = [];
  for (const { number, scramSha256, scramSha512 } of credential?.secrets ?? []) {
    for (const secret of secrets) {
      const isRight = await verifySecret(secret, 'SHA-256', scramSha256);
      expect(await verifySecret(secret, 'SHA-512', scramSha512)).toBe(isRight);
      if (isRight) numbers.push(number);
    }
  }
  return numbers;
}

const actionsOn = async (person: ApiClient, id: string) =>
  (await person.call(listAuditEvents, { query: { 'resource.id': id } })).data.map(({ action }) => action);

describe('a rotation', () => {
  it('has two secrets in force from the reply on, and one again when the first is retired', async () => {
    const { person, params, key, secret } = await keyOfCluster();
    const made = await person.call(createApiKeySecret, { params });
    expect(isWellFormedSecret(made.secret ?? '')).toBe(true);
    expect(await openedInCell(key.id, secret, made.secret ?? '')).toEqual([1, 2]);
    const listed = await person.call(listApiKeySecrets, { params });
    expect(listed.data.map((one) => [one.id, one.secret, one.last_use])).toEqual([
      ['1', undefined, undefined],
      ['2', undefined, undefined],
    ]);
    expect((await person.call(getApiKey, { params })).status.live_secrets).toBe(2);
    await person.call(deleteApiKeySecret, { params: { ...params, secret_id: '1' } });
    expect(await openedInCell(key.id, secret, made.secret ?? '')).toEqual([2]);
    expect((await person.call(createApiKeySecret, { params })).id).toBe('3');
    expect(await actionsOn(person, key.id)).toEqual([
      'api-key.secret-create',
      'api-key.secret-retire',
      'api-key.secret-create',
      'api-key.create',
    ]);
  });

  it('works the same for a key of the control plane, which tells who used each secret last', async () => {
    const { person, params, secret, opens } = await keyOfCloud();
    const made = await person.call(createApiKeySecret, { params });
    expect([await opens(secret), await opens(made.secret), await opens(createSecret(randomBytes))]).toEqual([
      true,
      true,
      false,
    ]);
    const [first, second] = (await person.call(listApiKeySecrets, { params })).data;
    for (const used of [first, second]) {
      expect(used?.last_use).toMatchObject({ source_ip: '127.0.0.1', client_software: 'node' });
      expect(Date.now() - Date.parse(used?.last_use?.at ?? '')).toBeLessThan(60_000);
    }
    await person.call(deleteApiKeySecret, { params: { ...params, secret_id: '1' } });
    expect([await opens(secret), await opens(made.secret)]).toEqual([false, true]);
  });

  it('never has a third secret, not even of twenty requests at the same time, and never loses its only one', async () => {
    const { person, params } = await keyOfCluster();
    const alone = await person.try(deleteApiKeySecret, { params: { ...params, secret_id: '1' } });
    expect([alone.status, alone.text]).toEqual([409, expect.stringContaining('revoke the key')]);
    const asked = Array.from({ length: 20 }, () => person.try(createApiKeySecret, { params }));
    const statuses = (await Promise.all(asked)).map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const retired = ['1', '2'].map((secret_id) =>
      person.try(deleteApiKeySecret, { params: { ...params, secret_id } }),
    );
    expect((await Promise.all(retired)).map(({ status }) => status).toSorted()).toEqual([204, 409]);
  });

  it('makes one secret of one Idempotency-Key, shows it once, and nothing of a dry run', async () => {
    const { person, params, key } = await keyOfCluster();
    const dry = await person.call(createApiKeySecret, { params, query: { dry_run: 'true' } });
    expect([dry.id, dry.secret]).toEqual(['2', undefined]);
    const client = person.with({ 'idempotency-key': crypto.randomUUID() });
    const [first, again] = [
      await client.call(createApiKeySecret, { params }),
      await client.call(createApiKeySecret, { params }),
    ];
    expect([first.id, again.id, again.secret]).toEqual(['2', '2', undefined]);
    expect(await openedInCell(key.id, first.secret ?? '')).toEqual([2]);
    await person.call(deleteApiKeySecret, {
      params: { ...params, secret_id: '1' },
      query: { dry_run: 'true' },
    });
    expect((await api.cell.findCredential(key.id))?.secrets).toHaveLength(2);
  });

  it('of another organization’s key is the very answer that a key which does not exist gets', async () => {
    const { params } = await keyOfCluster();
    const stranger = (await api.signUp()).with({ 'x-request-id': 'the-same-request' });
    const nobodys = { id: 'AAAAAAAAAAAAAAAA' };
    const asks = [
      (of: { id: string }) => stranger.try(listApiKeySecrets, { params: of }),
      (of: { id: string }) => stranger.try(createApiKeySecret, { params: of }),
      (of: { id: string }) => stranger.try(deleteApiKeySecret, { params: { ...of, secret_id: '1' } }),
    ];
    for (const ask of asks) {
      const [theirs, none] = [await ask(params), await ask(nobodys)];
      expect([theirs.status, theirs.text]).toEqual([404, none.text]);
    }
  });
});

describe('a list of keys', () => {
  it('is narrowed by owner, by what expires, and by what nobody uses, and pages within that', async () => {
    const person = await api.signUp();
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const make = (spec: object) => person.call(createApiKey, { body: { spec } });
    const its = await make({ owner: { id: account.id } });
    const soon = await make({ expires_at: inDays(3) });
    const late = await make({ expires_at: inDays(90) });
    expect((await person.withKey(late.id, late.spec.secret).send('GET', '/cmk/v2/clusters')).status).toBe(
      200,
    );
    const idsOf = async (query: Record<string, string>) =>
      (await person.call(listApiKeys, { query })).data.map(({ id }) => id);
    expect(await idsOf({ 'spec.owner': account.id })).toEqual([its.id]);
    expect(await idsOf({ expires_before: inDays(7) })).toEqual([soon.id]);
    expect(await idsOf({ unused_since: inDays(-30) })).toEqual([soon.id, its.id]);
    const first = await person.call(listApiKeys, { query: { unused_since: inDays(-30), page_size: '1' } });
    const next = new URL(first.metadata.next ?? '').searchParams;
    expect(await idsOf(Object.fromEntries(next))).toEqual([its.id]);
    expect((await person.try(listApiKeys, { query: { expires_before: 'tomorrow' } })).status).toBe(400);
  });
});

describe('a secret that somebody has found', () => {
  const outcomesOf = async (...secrets: string[]) => {
    const reported = await api.anonymous.call(reportSecrets, { body: { secrets } });
    return reported.data.map(({ outcome }) => outcome);
  };

  it('opens nothing from the answer to its report on; the other secret of the key goes on, and who administers it is told', async () => {
    const { person, params, key, secret } = await keyOfCluster();
    await verifyAddress(api, person);
    const made = await person.call(createApiKeySecret, { params });
    const mistyped = `${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`;
    const outcomes = await outcomesOf(secret, mistyped, createSecret(randomBytes), secret);
    expect(outcomes).toEqual(['RETIRED', 'NOT_A_SECRET', 'NOT_LIVE', 'RETIRED']);
    expect(await openedInCell(key.id, secret, made.secret ?? '')).toEqual([2]);
    expect(await outcomesOf(secret)).toEqual(['NOT_LIVE']);
    const [event] = (await person.call(listAuditEvents, { query: { 'resource.id': key.id } })).data;
    expect(event).toMatchObject({
      action: 'api-key.secret-leaked',
      actor: { kind: 'System', id: 'secret-report', via: 'report' },
      source_ip: '127.0.0.1',
      before: { secret: 1 },
    });
    const mails = await mailsTo(api, (await personOf(person)).email);
    expect(mails.map(({ kind }) => kind)).toEqual(['verify-address', 'key-notice']);
  });

  it('revokes the key if it has no other', async () => {
    const { person, params, secret, opens } = await keyOfCloud();
    expect(await outcomesOf(secret)).toEqual(['RETIRED']);
    expect(await opens(secret)).toBe(false);
    expect((await person.try(getApiKey, { params })).status).toBe(404);
    expect(await actionsOn(person, params.id)).toEqual([
      'api-key.delete',
      'api-key.secret-leaked',
      'api-key.create',
    ]);
  });

  it('is told of by anybody, within bounds', async () => {
    const many = Array.from({ length: 101 }, () => 'x');
    expect((await api.anonymous.try(reportSecrets, { body: { secrets: many } })).status).toBe(400);
    const long = { secrets: ['x'.repeat(20_000)] };
    expect((await api.anonymous.try(reportSecrets, { body: long })).status).toBe(413);
  });
});
