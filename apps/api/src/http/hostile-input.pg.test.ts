import { connect, type Socket } from 'node:net';
import { createCluster } from '@weir/contracts/clusters';
import { operations } from '@weir/contracts/operations';
import { createTopic } from '@weir/contracts/topics';
import { getUsageBreakdown, getUsageSeries } from '@weir/contracts/usage';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { authBodyBytesMax, bodyBytesMax, recordBodyBytesMax } from './read-body.ts';

const proxySecret = 'a secret that the console shares with the API';
const metricsToken = 'a-token-for-whoever-collects-the-figures';
let api: TestApi;
let person: ApiClient;
let cluster_id: string;

beforeAll(async () => {
  api = await startTestApi({ settings: { proxySecret, metricsToken } });
  await api.cell.registerBroker(brokerOf(1));
  person = await api.signUp();
  cluster_id = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
  await person.call(createTopic, { params: { cluster_id }, body: { topic_name: 't', partitions_count: 1 } });
});
afterAll(() => api.close());

const pathOf = (path: string) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'topic_name' ? 't' : cluster_id));

describe('a body', () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const strange: readonly (readonly [string, string])[] = [
    ['5,000 levels deep', `{"value":{"type":"JSON","data":${deep}},"spec":${deep},"display_name":${deep}}`],
    ['that is 5,000 levels deep itself', deep],
    ['of 300,000 empty lists', `{"value":{"type":"JSON","data":[${'[],'.repeat(300_000)}[]]}}`],
    ['with a name of a million characters', `{"display_name":"${'x'.repeat(1_000_000)}","headers":0}`],
  ];
  it.each(strange)('%s is refused by every operation that takes one', async (_, body) => {
    for (const { method, path, id } of operations.filter((operation) => operation.body)) {
      const headers = { ...person.headers, 'content-type': 'application/json' };
      const answer = await fetch(api.anonymous.url + pathOf(path), { method, headers, body });
      expect([400, 404, 413], id).toContain(answer.status);
    }
    for (const path of ['/auth/sign-up/email', '/auth/sign-in/email', '/auth/update-user']) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(api.anonymous.url + path, { method: 'POST', headers, body });
      expect([400, 413], path).toContain(answer.status);
    }
  });

  const begun = new Set<Socket>();
  afterEach(() => {
    for (const socket of begun) socket.destroy();
    begun.clear();
  });

  /** Sends a head that announces much, and little of it; resolves with what came back. */
  const begin = (path: string, head: string, part = '{"'): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(api.anonymous.url);
      const socket = connect(Number(port), hostname);
      begun.add(socket);
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
        socket.destroy();
      });
      socket.on('error', reject).on('close', () => resolve(answer));
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${head}\r\n\r\n${part}`,
      );
    });
  const cookie = () => `cookie: ${person.headers.cookie}`;

  it('of somebody unknown is not waited for', async () => {
    const answer = await begin('/cmk/v2/clusters', 'content-length: 400000000');
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
  });

  it('that is too large is refused at its announcement, or when it has become so', async () => {
    const large = `content-length: ${bodyBytesMax + 1}\r\n${cookie()}`;
    expect(await begin('/cmk/v2/clusters', large)).toMatch(/^HTTP\/1.1 413 /);
    const record = `content-length: ${recordBodyBytesMax + 1}\r\n${cookie()}`;
    expect(await begin(`/kafka/v3/clusters/${cluster_id}/topics/t/records`, record)).toMatch(
      /^HTTP\/1.1 413 /,
    );
    expect(await begin('/auth/sign-in/email', `content-length: ${authBodyBytesMax + 1}`)).toMatch(
      /^HTTP\/1.1 413 /,
    );
    const chunk = `${(authBodyBytesMax + 1).toString(16)}\r\n${'x'.repeat(authBodyBytesMax + 1)}\r\n`;
    expect(await begin('/auth/sign-in/email', 'transfer-encoding: chunked', chunk)).toMatch(
      /^HTTP\/1.1 413 /,
    );
  });

  it('that nobody reads is dropped for a moment, and then its connection ends', async () => {
    const { hostname, port } = new URL(api.anonymous.url);
    const socket = connect(Number(port), hostname);
    begun.add(socket);
    const mebibyte = Buffer.alloc(1024 * 1024);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    const ended = new Promise((resolve) => socket.on('close', resolve).on('error', () => socket.destroy()));
    socket.write('POST /cmk/v2/clusters HTTP/1.1\r\nhost: x\r\ncontent-length: 400000000\r\n\r\n');
    const more = () => {
      while (!socket.destroyed && socket.bytesWritten < 400_000_000 && socket.write(mebibyte));
    };
    socket.on('drain', more);
    more();
    await ended;
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
    expect(socket.bytesWritten).toBeLessThan(64 * 1024 * 1024);
  });

  it('of one organization, begun again and again, is refused while others are read', async () => {
    const all = Array.from({ length: 12 }, () =>
      begin(
        `/kafka/v3/clusters/${cluster_id}/topics/t/records`,
        `content-length: ${recordBodyBytesMax}\r\n${cookie()}`,
      ),
    );
    const first = await Promise.race(all);
    expect(first).toMatch(/^HTTP\/1.1 429 /);
    const other = await api.signUp();
    await other.call(createCluster, { body: { spec: { display_name: 'mine' } } });
  });
});

describe('every operation', () => {
  const strange = ['', '-1', '1e999', '9'.repeat(40), '\0', '\ud800', 'x'.repeat(9_000), '%'];
  // Otherwise it is the count of requests that answers most of these.
  const uncounted = async () => {
    const keys = await api.platform.redis.keys('weir:rate:caller:*');
    if (keys.length > 0) await api.platform.redis.del(keys);
  };
  beforeEach(uncounted);
  afterAll(uncounted);
  /** Without a broker these have nobody to ask. */
  const needsBroker = operations
    .filter(({ path }) => /records|partition-sizes|consumer-groups/.test(path))
    .map(({ id }) => id);
  const expectOurs = (id: string, what: string, status: number) => {
    expect(status, `${id} ${what}`).not.toBe(429);
    if (!(status === 503 && needsBroker.includes(id))) expect(status, `${id} ${what}`).toBeLessThan(500);
  };

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    'answers strange queries, paths and keys with what is wrong: %s',
    async (id, { access, method, path, query }) => {
      const base = pathOf(path);
      const names = query instanceof z.ZodObject ? Object.keys(query.shape) : ['none'];
      const client = person.with({ 'content-type': 'application/json' });
      // These ask a broker whatever they are about, and without one wait for it. conformance.pg.test.ts has one.
      const waitsForBroker = path.includes('/consumer-groups');
      const isHarmless = method === 'GET' && !waitsForBroker;
      for (const name of names) {
        for (const value of strange) {
          const text = encodeURIComponent(value.toWellFormed());
          const twice = `${base}?${name}=${text}&${name}=${text}`;
          if (isHarmless) expectOurs(id, name, (await client.send(method, `${base}?${name}=${text}`)).status);
          if (isHarmless) expectOurs(id, name, (await client.send(method, twice)).status);
        }
      }
      for (const value of strange) {
        const elsewhere = path.replaceAll(/\{\w+\}/g, encodeURIComponent(value.toWellFormed()));
        if (elsewhere === path) break;
        expectOurs(id, elsewhere.slice(0, 80), (await client.send(method, elsewhere)).status);
      }
      for (const raw of waitsForBroker ? [] : ['/%ff', '/%', '/%00', '/..%2f..%2f', '//', '/;a=b']) {
        expectOurs(id, raw, (await client.send('GET', base + raw)).status);
      }
      for (const authorization of [
        'Basic',
        'Basic !',
        `Basic ${'A'.repeat(9_000)}`,
        'Bearer x',
        'Digest a="b"',
      ]) {
        const answer = await api.anonymous.with({ authorization }).send(method, base);
        // Who is asked of nobody is not looked at; what is wrong there is that nothing was sent.
        const refusals = access === 'none' ? [400] : [401, 403];
        expect(refusals, `${id} ${authorization.slice(0, 20)}`).toContain(answer.status);
      }
    },
    60_000,
  );
});

describe('a time', () => {
  const times = [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59Z',
  ];
  it.each(times)('that no store holds is refused wherever one is asked for: %s', async (time) => {
    const params = { id: cluster_id };
    for (const query of [{ from: time }, { to: time }, { from: time, to: time }]) {
      expect((await person.try(getUsageSeries, { params, query })).status).toBe(400);
      expect((await person.try(getUsageBreakdown, { params, query })).status).toBe(400);
    }
    const records = `/kafka/v3/clusters/${cluster_id}/topics/t/records?from=timestamp&timestamp=${time}`;
    expect((await person.send('GET', records)).status).toBe(400);
    const metrics = {
      aggregations: [{ metric: 'io.weir.kafka.server/received_bytes' }],
      filter: { field: 'resource.kafka.id', op: 'EQ', value: cluster_id },
      granularity: 'PT1H',
      intervals: [`${time}/PT1H`],
    };
    expect((await person.send('POST', '/v2/metrics/cloud/query', metrics)).status).toBe(400);
    const expiring = { spec: { expires_at: time } };
    expect((await person.send('POST', '/iam/v2/api-keys', expiring)).status).toBe(400);
  });

  it('far apart from another is no question that anybody waits for', async () => {
    const query = { from: '1970-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' };
    const params = { id: cluster_id };
    expect((await person.try(getUsageBreakdown, { params, query })).status).toBe(400);
    expect((await person.try(getUsageSeries, { params, query })).status).toBe(400);
  });
});

describe('the figures of this process', () => {
  const status = async (headers: Record<string, string>) =>
    (await api.anonymous.with(headers).send('GET', '/metrics')).status;

  it('are for this machine, asked directly, and for who has the token', async () => {
    expect(await status({})).toBe(200);
    expect(await status({ authorization: `Bearer ${metricsToken}`, 'x-forwarded-for': '192.0.2.1' })).toBe(
      200,
    );
  });

  it.each([
    ['a proxy that proves itself', { 'x-weir-proxy': proxySecret, 'x-forwarded-for': '127.0.0.1' }],
    ['a proxy that does not', { 'x-forwarded-for': '192.0.2.1' }],
    ['a proxy that only names itself', { via: '1.1 front' }],
    ['who has another token', { authorization: 'Bearer guessed', forwarded: 'for=192.0.2.1' }],
  ])('are not there for what comes through %s', async (_, headers) => {
    expect(await status(headers)).toBe(404);
  });
});
