import { expect, test } from 'vitest';
import type { ConfigChange } from './config-changes.ts';
import type { Current } from './conformance.ts';
import {
  accepted,
  Brokers,
  changeOf,
  clusterOf,
  partitionOf,
  rolesOf,
  roomyLimits,
  topicOf,
} from './conformance-fixtures.ts';

const set = (name: string, value: string | null): ConfigChange => ({ name, value });

/** The part of the suite about settings of topics that are there. */
export function describeConfigChanges(current: Current): void {
  /** Three brokers, and a topic of one partition that 1 leads. */
  const begin = async (configs: Readonly<Record<string, string>> = {}) => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const topic = accepted(
      await store.createTopic(topicOf('lkc-a', 'orders', { replicationFactor: 3, configs })),
    );
    const { topicId } = topic;
    const alter = (changes: readonly ConfigChange[], clusterId = 'lkc-a', validateOnly = false) =>
      store.alterTopicConfigs({ clusterId, topicId, changes, validateOnly });
    const shrinkIsr = async (...isr: readonly number[]) => {
      const to = { kind: 'isr', isr: isr.map((id) => brokers.life(id)) } as const;
      const change = changeOf(topicId, await partitionOf(store, 'orders'), to);
      return accepted(await store.alterPartitions(brokers.life(1), [change]))[0];
    };
    return { store, brokers, topic, alter, shrinkIsr };
  };

  test('settings of a topic change together, in order, and null gives one back its default', async () => {
    const { store, topic, alter } = await begin({ 'retention.ms': '1000', 'segment.ms': '5000' });
    const { version } = await store.changesSince(0);
    const altered = accepted(
      await alter([set('retention.ms', ' 2000 '), set('segment.ms', null), set('cleanup.policy', 'compact')]),
    );
    expect(altered).toEqual({ ...topic, configs: { 'retention.ms': '2000', 'cleanup.policy': 'compact' } });
    expect(await store.findTopic('lkc-a', 'orders')).toEqual(altered);
    expect(await store.changesSince(version)).toEqual({
      version: version + 1,
      changes: [{ kind: 'topic', clusterId: 'lkc-a', topicId: topic.topicId, topic: altered }],
    });
    const last = accepted(await alter([set('retention.ms', '3000'), set('retention.ms', '4000')]));
    expect(last.configs['retention.ms']).toBe('4000');
  });

  test('elements join a list, its default among them, and leave it, each once', async () => {
    const { alter } = await begin();
    const policy = (operation: 'APPEND' | 'SUBTRACT', value: string): ConfigChange => ({
      name: 'cleanup.policy',
      value,
      operation,
    });
    const held = async (change: ConfigChange) => accepted(await alter([change])).configs['cleanup.policy'];
    expect(await held(policy('APPEND', 'compact'))).toBe('delete,compact');
    expect(await held(policy('APPEND', 'compact, delete'))).toBe('delete,compact');
    expect(await held(policy('SUBTRACT', 'delete'))).toBe('compact');
    expect(await held(policy('SUBTRACT', 'delete'))).toBe('compact');
    const number = { name: 'retention.ms', value: '1', operation: 'APPEND' } as const;
    expect(await alter([number])).toMatchObject({ ok: false, refusal: 'INVALID_CONFIG' });
  });

  test('where the changes replace all settings, those that are not among them get back their defaults', async () => {
    const { store, topic } = await begin({ 'retention.ms': '1000', 'segment.ms': '5000' });
    const { topicId } = topic;
    const asked = { clusterId: 'lkc-a', topicId, validateOnly: false, replacesAll: true };
    const altered = accepted(await store.alterTopicConfigs({ ...asked, changes: [set('flush.ms', '7')] }));
    expect(altered.configs).toEqual({ 'flush.ms': '7' });
    expect((await store.findTopic('lkc-a', 'orders'))?.configs).toEqual({ 'flush.ms': '7' });
  });

  test('what is as it was asked to be makes no version', async () => {
    const { store, alter } = await begin({ 'retention.ms': '1000' });
    const { version } = await store.changesSince(0);
    accepted(await alter([set('retention.ms', '1000'), set('segment.ms', null)]));
    accepted(await alter([]));
    expect((await store.changesSince(0)).version).toBe(version);
  });

  test.each([
    ['INVALID_CONFIG', [set('retention.ms', 'soon')]],
    ['INVALID_CONFIG', [set('retention.ms', '5'), set('__proto__', '5')]],
    ['INVALID_CONFIG', [set('no.such.config', null)]],
    ['INVALID_CONFIG', [set('min.compaction.lag.ms', '6'), set('max.compaction.lag.ms', '5')]],
    ['POLICY_VIOLATION', [set('max.message.bytes', String(roomyLimits.messageBytesMax + 1))]],
  ] as const)('one setting that is refused (%s) changes none: %j', async (refusal, changes) => {
    const { store, topic, alter } = await begin({ 'retention.ms': '1000' });
    expect(await alter(changes)).toMatchObject({ ok: false, refusal });
    expect(await store.findTopic('lkc-a', 'orders')).toEqual(topic);
  });

  test('to validate says what would come of it, and changes nothing', async () => {
    const { store, topic, alter } = await begin();
    const { version } = await store.changesSince(0);
    const would = accepted(await alter([set('retention.ms', '1000')], 'lkc-a', true));
    expect(would.configs).toEqual({ 'retention.ms': '1000' });
    expect(await store.findTopic('lkc-a', 'orders')).toEqual(topic);
    expect((await store.changesSince(0)).version).toBe(version);
  });

  test('settings of an unknown topic, and of another cluster’s, are refused alike', async () => {
    const { store, alter } = await begin();
    await store.applyCluster(clusterOf('lkc-b'));
    const unknown = { ok: false, refusal: 'UNKNOWN_TOPIC_ID' };
    expect(await alter([], 'lkc-b')).toMatchObject(unknown);
    expect(await alter([], 'lkc-\0')).toMatchObject(unknown);
    await store.removeCluster('lkc-a');
    expect(await alter([])).toMatchObject(unknown);
  });

  test('where a lower minimum lets the ISR commit, nobody outside of it stays eligible', async () => {
    const { store, alter, shrinkIsr } = await begin({ 'min.insync.replicas': '2' });
    await shrinkIsr(1);
    const before = await partitionOf(store, 'orders');
    expect(before.eligibleReplicas).toEqual([2, 3]);
    accepted(await alter([set('min.insync.replicas', '1')]));
    expect(await rolesOf(store, 'orders')).toEqual({ leader: 1, leaderEpoch: 0, isr: [1], eligible: [] });
    expect((await partitionOf(store, 'orders')).partitionEpoch).toBe(before.partitionEpoch + 1);
  });

  test('where the ISR still commits nothing, who was eligible stays so', async () => {
    const { store, alter, shrinkIsr } = await begin({ 'min.insync.replicas': '3' });
    await shrinkIsr(1);
    accepted(await alter([set('min.insync.replicas', '2')]));
    expect(await rolesOf(store, 'orders')).toMatchObject({ isr: [1], eligible: [2, 3] });
  });

  test('a leader that goes by the minimum of before changes nothing in the row', async () => {
    const { store, brokers, topic, alter } = await begin({ 'min.insync.replicas': '1' });
    const to = { kind: 'isr', isr: [brokers.life(1)] } as const;
    const late = changeOf(topic.topicId, await partitionOf(store, 'orders'), to);
    accepted(await alter([set('min.insync.replicas', '2')]));
    const [outcome] = accepted(await store.alterPartitions(brokers.life(1), [late]));
    expect(outcome).toMatchObject({ ok: false, refusal: 'INVALID_UPDATE_VERSION' });
  });

  test('settings that have nothing to do with the minimum leave partitions as they are', async () => {
    const { store, topic, alter } = await begin();
    accepted(await alter([set('retention.ms', '1000'), set('min.insync.replicas', '2')]));
    expect(await partitionOf(store, 'orders')).toEqual(topic.partitions[0]);
  });

  test('of many changes at once every one is there', async () => {
    const { cell } = current();
    const { store, topic } = await begin();
    const other = await cell.another();
    const names = ['retention.ms', 'segment.ms', 'retention.bytes', 'flush.ms', 'flush.messages'];
    const asked = names.map((name) => ({
      clusterId: 'lkc-a',
      topicId: topic.topicId,
      changes: [set(name, '100000')],
      validateOnly: false,
    }));
    await Promise.all(asked.map((each, at) => (at % 2 === 0 ? store : other).alterTopicConfigs(each)));
    const { configs } = (await other.findTopic('lkc-a', 'orders')) ?? topic;
    expect(Object.keys(configs).toSorted()).toEqual(names.toSorted());
  });
}
