import { createCluster, getCluster, updateCluster } from '@weir/contracts/clusters';
import { alterTopicConfigs, createTopic, updatePartitionCount } from '@weir/contracts/topics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedCluster, startServedCluster } from '../testing/served-cluster.ts';

let served: ServedCluster;
const dryRun = { dry_run: 'true' };

beforeAll(async () => {
  served = await startServedCluster();
}, 60_000);
afterAll(() => served.stop());

it('a dry run says by how much a month a cluster costs more, made or changed, and nothing else does', async () => {
  const { cluster_id: id, person } = served;
  const spec = { display_name: 'large', config: { kind: 'Standard' as const } };
  const made = await person.call(createCluster, { body: { spec }, query: dryRun });
  expect(made.dry_run_cost).toEqual({ currency: 'USD', monthly_amount: '255.500000' });
  const free = await person.call(createCluster, { body: { spec: { display_name: 'small' } }, query: dryRun });
  expect(free.dry_run_cost?.monthly_amount).toBe('0.000000');
  const body = { spec: { config: { kind: 'Standard' as const } } };
  const changed = await person.call(updateCluster, { params: { id }, body, query: dryRun });
  expect(changed.dry_run_cost?.monthly_amount).toBe('255.500000');
  const renamed = { spec: { display_name: 'renamed' } };
  const same = await person.call(updateCluster, { params: { id }, body: renamed, query: dryRun });
  expect(same.dry_run_cost?.monthly_amount).toBe('0.000000');
  const found = await person.call(getCluster, { params: { id } });
  expect(found.dry_run_cost).toBeUndefined();
  expect(found.spec.config.kind).toBe('Basic');
});

it('partitions cost what is beyond those that come with the cluster, counted with those that are there', async () => {
  const { cluster_id, person } = served;
  const params = { cluster_id };
  const ask = async (topic_name: string, partitions_count: number) => {
    const body = { topic_name, partitions_count };
    return (await person.call(createTopic, { params, body, query: dryRun })).dry_run_cost?.monthly_amount;
  };
  expect(await ask('orders', 50)).toBe('0.000000');
  expect(await ask('orders', 52)).toBe('2.190000');
  const { topic_name } = await served.newTopic('there', 49);
  expect(await ask('orders', 2)).toBe('1.095000');
  const more = { params: { cluster_id, topic_name }, body: { partitions_count: 53 } };
  const grown = await person.call(updatePartitionCount, { ...more, query: dryRun });
  expect(grown.dry_run_cost?.monthly_amount).toBe('3.285000');
});

it('a dry run of a deletion says what costs less, and deletes nothing', async () => {
  const { cluster_id, person } = served;
  const spec = { display_name: 'goes', config: { kind: 'Standard' as const } };
  const { id } = await person.call(createCluster, { body: { spec } });
  const cluster = `/cmk/v2/clusters/${id}`;
  const tried = await person.send('DELETE', `${cluster}?dry_run=true`);
  expect([tried.status, tried.body]).toEqual([
    200,
    { dry_run_cost: { currency: 'USD', monthly_amount: '-255.500000' } },
  ]);
  const made = { topic_name: 'goes', partitions_count: 52 };
  const asked = await person.call(createTopic, { params: { cluster_id }, body: made, query: dryRun });
  const more = asked.dry_run_cost?.monthly_amount ?? '';
  expect(more).toMatch(/^[1-9]/);
  await person.call(createTopic, { params: { cluster_id }, body: made });
  const topic = `/kafka/v3/clusters/${cluster_id}/topics/goes`;
  const ofTopic = await person.send('DELETE', `${topic}?dry_run=true`);
  expect([ofTopic.status, ofTopic.body]).toEqual([
    200,
    { dry_run_cost: { currency: 'USD', monthly_amount: `-${more}` } },
  ]);
  for (const there of [topic, cluster]) expect((await person.send('GET', there)).status).toBe(200);
  for (const gone of [topic, cluster]) {
    const done = await person.send('DELETE', gone);
    expect([done.status, done.text]).toEqual([204, '']);
  }
});

it('what goes takes with it what was stored in its last whole minute', async () => {
  const { api, cluster_id, person } = served;
  const gibibyteMinutes = (count: number) => BigInt(count) * 1024n ** 3n * 60n;
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const row = (minutesAgo: number, topic: string, meter: string, quantity: bigint) => ({
    ...{ clusterId: cluster_id, minute: new Date(now - minutesAgo * 60_000), principal: '', topic },
    ...{ meter, quantity },
  });
  const { topic_name } = await served.newTopic('heavy', 1);
  for (const minutesAgo of [0, 3])
    await api.platform.db.$executeRaw`
      SELECT make_usage_day(${new Date(now - minutesAgo * 60_000)}::timestamptz)::text`;
  await api.platform.db.usageMinute.createMany({
    data: [
      row(3, topic_name, 'stored_byte_seconds', gibibyteMinutes(7)),
      row(2, topic_name, 'stored_byte_seconds', gibibyteMinutes(1_000)),
      row(2, topic_name, 'partition_seconds', 60n),
      row(2, 'another', 'stored_byte_seconds', gibibyteMinutes(500)),
      row(2, 'another', 'partition_seconds', 51n * 60n),
      // Of this minute not all has come.
      row(0, topic_name, 'partition_seconds', 1n),
    ],
  });
  const costOf = async (path: string) => (await person.send('DELETE', `${path}?dry_run=true`)).body;
  const less = (monthly_amount: string) => ({ dry_run_cost: { currency: 'USD', monthly_amount } });
  const path = `/kafka/v3/clusters/${cluster_id}/topics/${topic_name}`;
  expect(await costOf(path)).toEqual(less('-80.300000'));
  expect(await costOf(`/cmk/v2/clusters/${cluster_id}`)).toEqual(less('-122.640000'));
  const body = { spec: { config: { kind: 'Standard' as const } } };
  const changed = await person.call(updateCluster, { params: { id: cluster_id }, body, query: dryRun });
  // Its two partitions too many come with that kind.
  expect(changed.dry_run_cost?.monthly_amount).toBe('253.310000');
});

it('a topic that keeps longer costs what it will store more, written to as in the last day', async () => {
  const { api, cluster_id, person } = served;
  const { topic_name } = await served.newTopic('kept', 2);
  const thisHour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const row = (hoursAgo: number, topic: string, meter: string, quantity: bigint) => ({
    ...{ clusterId: cluster_id, hour: new Date(thisHour - hoursAgo * 3_600_000), principal: '', topic },
    ...{ kind: 'Basic', meter, quantity },
  });
  const gibibyte = 1024n ** 3n;
  await api.platform.db
    .$executeRaw`SELECT make_usage_day(${new Date(thisHour - 30 * 3_600_000)}::timestamptz)::text`;
  // It is there since five hours, and in each a gibibyte is written.
  await api.platform.db.usageHour.createMany({
    data: [
      ...[1, 2, 3, 4, 5].flatMap((hoursAgo) => [
        row(hoursAgo, topic_name, 'bytes_in', gibibyte),
        row(hoursAgo, topic_name, 'partition_seconds', 2n * 3_600n),
      ]),
      row(1, 'another', 'bytes_in', 1_000n * gibibyte),
      row(24, topic_name, 'bytes_in', 1_000n * gibibyte),
    ],
  });
  const costOf = async (...configs: readonly (readonly [string, string])[]) => {
    const params = { cluster_id, topic_name };
    const data = configs.map(([name, value]) => ({ name, value }));
    const dry = await person.try(alterTopicConfigs, { params, query: dryRun, body: { data } });
    return dry.status === 200 ? dry.body : dry;
  };
  const more = (monthly_amount: string) => ({ dry_run_cost: { currency: 'USD', monthly_amount } });
  // A gibibyte for a month is 0.0803 dollars, and a week has 168 of them.
  expect(await costOf(['retention.ms', String(268 * 3_600_000)])).toEqual(more('8.030000'));
  expect(await costOf(['retention.ms', '3600000'])).toEqual(more('-13.410100'));
  expect(await costOf(['retention.bytes', String(gibibyte)])).toEqual(more('-13.329800'));
  expect(await costOf(['retention.ms', '-1'], ['retention.bytes', String(gibibyte)])).toEqual(
    more('-13.329800'),
  );
  expect(await costOf(['max.message.bytes', '2000000'])).toEqual(more('0.000000'));
});
