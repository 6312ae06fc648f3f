import { createAcl } from '@weir/contracts/acls';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { produceRecord, readRecords } from '@weir/contracts/records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedCluster, startServedCluster } from '../testing/served-cluster.ts';

let served: ServedCluster;
let api: ServedCluster['api'];
let person: ServedCluster['person'];
let cluster_id: string;
let newTopic: ServedCluster['newTopic'];
let say: ServedCluster['say'];

beforeAll(async () => {
  served = await startServedCluster();
  ({ api, person, cluster_id, newTopic, say } = served);
});
afterAll(() => served.stop());

const read = async (params: { cluster_id: string; topic_name: string }, query: Record<string, string>) => {
  const list = await person.call(readRecords, { params, query });
  return list.data.map((record) => record.value?.data);
};

describe('a record', () => {
  it('comes back as it was sent: key, value, headers and time', async () => {
    const params = await newTopic('whole');
    const timestamp = '2026-01-01T10:00:00.123Z';
    const sent = await person.call(produceRecord, {
      params,
      body: {
        key: { type: 'STRING', data: 'k' },
        value: { type: 'JSON', data: { a: [1, null] } },
        headers: [{ name: 'h', value: Buffer.from([0xff]).toString('base64') }],
        timestamp,
      },
    });
    expect(sent).toMatchObject({ partition_id: 0, offset: 0, timestamp });
    const { data, partitions } = await person.call(readRecords, { params });
    expect(data).toMatchObject([
      {
        offset: 0,
        timestamp,
        key: { encoding: 'utf8', data: 'k' },
        value: { encoding: 'json', data: '{"a":[1,null]}' },
        headers: [{ name: 'h', value: { encoding: 'base64', data: '/w==' } }],
      },
    ]);
    expect(partitions).toEqual([{ partition_id: 0, log_start_offset: 0, high_watermark: 1 }]);
  });

  it('without key and value is told from an empty one', async () => {
    const params = await newTopic('nothing');
    await person.call(produceRecord, { params, body: { key: { type: 'STRING', data: 'gone' } } });
    await person.call(produceRecord, { params, body: { value: { type: 'BINARY', data: '' } } });
    const { data } = await person.call(readRecords, { params, query: { from: 'earliest' } });
    expect(data.map((record) => record.value?.size_bytes ?? null)).toEqual([null, 0]);
  });
});

describe('reading', () => {
  it('goes back from the newest, forward from an offset, and on from page to page', async () => {
    const params = await newTopic('many');
    for (let at = 0; at < 7; at++) await say(params, `r${at}`);
    expect(await read(params, { limit: '3' })).toEqual(['r6', 'r5', 'r4']);
    expect(await read(params, { from: 'offset', offset: '5' })).toEqual(['r5', 'r6']);
    const first = await person.call(readRecords, {
      params,
      query: { from: 'earliest', limit: '4', partition_id: '0' },
    });
    expect(first.data.map((record) => record.offset)).toEqual([0, 1, 2, 3]);
    const query = Object.fromEntries(new URL(first.metadata.next ?? '').searchParams);
    expect(await read(params, query)).toEqual(['r4', 'r5', 'r6']);
  });

  it('finds the first record at or after a time', async () => {
    const params = await newTopic('timed');
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString();
    for (const second of [1, 2, 3]) {
      const value = { type: 'STRING' as const, data: `s${second}` };
      await person.call(produceRecord, { params, body: { value, timestamp: at(second) } });
    }
    expect(await read(params, { from: 'timestamp', timestamp: at(2) })).toEqual(['s2', 's3']);
    expect(await read(params, { from: 'timestamp', timestamp: at(9) })).toEqual([]);
    expect((await person.try(readRecords, { params, query: { from: 'timestamp' } })).status).toBe(400);
  });

  it('takes all partitions together, or the one that was asked for', async () => {
    const params = await newTopic('spread', 3);
    for (const partition of [2, 0, 1]) await say(params, `p${partition}`, partition);
    expect(await read(params, { from: 'earliest' })).toEqual(['p2', 'p0', 'p1']);
    expect(await read(params, { partition_id: '1' })).toEqual(['p1']);
    expect((await person.try(readRecords, { params, query: { partition_id: '3' } })).status).toBe(404);
  });

  it('of a topic without records is an empty list', async () => {
    expect(await read(await newTopic('empty', 2), {})).toEqual([]);
  });
});

describe('whoever calls', () => {
  it('acts as itself: a service account reads and writes what its ACLs grant', async () => {
    const params = await newTopic('guarded');
    await say(params, 'there');
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const spec = { owner: { id: account.id }, resource: { id: cluster_id } };
    const key = await person.call(createApiKey, { body: { spec } });
    const machine = person.withKey(key.id, key.spec.secret);
    expect((await machine.try(readRecords, { params })).status).toBe(404);
    const acl = {
      resource_type: 'TOPIC',
      resource_name: 'guarded',
      pattern_type: 'LITERAL',
      principal: `User:${account.id}`,
      operation: 'READ',
      permission: 'ALLOW',
    } as const;
    await person.call(createAcl, { params: { cluster_id }, body: acl });
    expect((await machine.call(readRecords, { params })).data).toHaveLength(1);
    const body = { value: { type: 'STRING' as const, data: 'x' } };
    expect((await machine.try(produceRecord, { params, body })).status).toBe(403);
  });

  it('leaves no credential behind that outlives the API by more than an hour', async () => {
    const { changes } = await api.cell.changesSince(0);
    const expiries = changes.flatMap((change) =>
      change.kind === 'credential' && change.credential?.expiresAt ? [change.credential.expiresAt] : [],
    );
    expect(expiries.length).toBeGreaterThan(0);
    for (const expiresAt of expiries) expect(expiresAt - Date.now()).toBeLessThan(3_600_000 + 6 * 60_000);
  });
});

it('produces once for one Idempotency-Key', async () => {
  const params = await newTopic('once');
  const client = person.with({ 'idempotency-key': 'the-one' });
  const body = { value: { type: 'STRING' as const, data: 'x' } };
  const first = await client.call(produceRecord, { params, body });
  expect(await client.call(produceRecord, { params, body })).toEqual(first);
  expect(await read(params, {})).toEqual(['x']);
});
