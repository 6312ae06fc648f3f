import { expect, test } from 'vitest';
import { brokerLeaseMs } from './broker-rules.ts';
import type { Current } from './conformance.ts';
import {
  accepted,
  aclOf,
  Brokers,
  brokerOf,
  changeOf,
  clusterOf,
  furnish,
  partitionOf,
  roomyLimits,
  topicOf,
} from './conformance-fixtures.ts';

/** Milliseconds within which port.ts promises a call of a watcher. */
const WATCH_MS_MAX = 100;

/** The part of the suite in which several processes work on one cell at once. */
export function describeConcurrency(current: Current): void {
  test('of many creating one topic at once, one wins and the others are told that it exists', async () => {
    const { cell, store } = current();
    await furnish(store);
    const other = await cell.another();
    const attempts = Array.from({ length: 20 }, (_, attempt) =>
      (attempt % 2 === 0 ? store : other).createTopic(topicOf('lkc-a', 'orders')),
    );
    const results = await Promise.all(attempts);
    const winners = results.filter((result) => result.ok);
    expect(winners).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(result.refusal).toBe('TOPIC_ALREADY_EXISTS');
    expect(await other.findTopic('lkc-a', 'orders')).toEqual(winners[0]?.value);
  });

  test('limits hold though many ask at once', async () => {
    const { cell, store } = current();
    await furnish(store);
    const other = await cell.another();
    const half = Math.floor(roomyLimits.partitionsMax / 2);
    const topics = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name, index) =>
        (index % 2 === 0 ? store : other).createTopic(topicOf('lkc-a', name, { partitionCount: half })),
      ),
    );
    expect(topics.filter((result) => result.ok)).toHaveLength(2);
    const acls = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => other.applyAcl(aclOf('lkc-a', name))),
    );
    expect(acls.filter((result) => result.ok)).toHaveLength(roomyLimits.aclsMax);
  });

  test('of many altering one partition at once, one wins', async () => {
    const { cell, store } = current();
    await furnish(store);
    const other = await cell.another();
    const { topicId } = accepted(await store.createTopic(topicOf('lkc-a', 'orders')));
    const change = {
      topicId,
      partition: 0,
      expectedPartitionEpoch: 0,
      to: { kind: 'next-epoch' },
    } as const;
    const attempts = Array.from({ length: 10 }, (_, attempt) =>
      (attempt % 2 === 0 ? store : other).alterPartitions({ brokerId: 1, bootEpoch: 1 }, [change]),
    );
    const outcomes = (await Promise.all(attempts)).flatMap(accepted);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    expect(await partitionOf(store, 'orders')).toMatchObject({ leaderEpoch: 1, partitionEpoch: 1 });
  });

  test('of many elections proposed at once, each partition changes in one', async () => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const wide = { partitionCount: 30, replicationFactor: 3 };
    const { partitions } = accepted(await store.createTopic(topicOf('lkc-a', 'orders', wide)));
    await brokers.pass(brokerLeaseMs + 300, 1, 2);
    const other = await cell.another();
    const elections = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        (at % 2 === 0 ? store : other).electLeaders(brokers.life(1 + (at % 2))),
      ),
    );
    const values = elections.map(accepted);
    expect(values.flatMap((value) => value.fencedBrokers)).toEqual([3]);
    expect(values.reduce((sum, value) => sum + value.partitionsChanged, 0)).toBe(30);
    for (const [index, before] of partitions.entries()) {
      const after = await partitionOf(store, 'orders', index);
      expect(after.partitionEpoch).toBe(before.partitionEpoch + 1);
      expect(after.isr).toEqual(before.isr.filter((brokerId) => brokerId !== 3));
    }
  });

  test('an ISR that changes while brokers are fenced holds nobody that is fenced afterwards', async () => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const wide = { partitionCount: 20, replicationFactor: 3 };
    const { topicId, partitions } = accepted(await store.createTopic(topicOf('lkc-a', 'orders', wide)));
    const led = partitions.flatMap((record, index) => (record.leader === 1 ? [{ record, index }] : []));
    const isrOf = (...ids: readonly number[]) =>
      ({ kind: 'isr', isr: ids.map((id) => brokers.life(id)) }) as const;
    const without = led.map(({ record, index }) => changeOf(topicId, record, isrOf(1, 2), index));
    const shrunk = accepted(await store.alterPartitions(brokers.life(1), without)).map(accepted);
    await brokers.pass(brokerLeaseMs + 300, 1, 2);
    const other = await cell.another();
    const joining = led.map(({ index }, at) => {
      const record = shrunk[at];
      if (record === undefined) throw new Error('an outcome is missing');
      return changeOf(topicId, record, isrOf(1, 2, 3), index);
    });
    await Promise.all([
      ...joining.map((change) => other.alterPartitions(brokers.life(1), [change])),
      store.electLeaders(brokers.life(2)),
      store.electLeaders(brokers.life(1)),
    ]);
    for (const index of partitions.keys()) {
      const after = await partitionOf(store, 'orders', index);
      expect(after.isr).not.toContain(3);
      expect(after.leader).not.toBe(3);
    }
  });

  test('all callers that ask for the secret of the cell get the same one', async () => {
    const { cell, store } = current();
    const other = await cell.another();
    const secrets = await Promise.all(
      Array.from({ length: 10 }, (_, caller) => (caller % 2 === 0 ? store : other).cellSecret()),
    );
    expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1);
    expect(secrets[0]).toHaveLength(32);
    expect(await store.changesSince(0)).toEqual({ version: 0, changes: [] });
  });

  test('no two callers get one producer id or one boot epoch', async () => {
    const { cell, store } = current();
    const other = await cell.another();
    const callers = Array.from({ length: 20 }, (_, caller) => (caller % 2 === 0 ? store : other));
    const blocks = await Promise.all(callers.map((caller) => caller.allocateProducerIds(10)));
    const firsts = blocks.map((block) => block.first).toSorted((one, another) => one - another);
    expect(firsts).toEqual(Array.from({ length: 20 }, (_, block) => block * 10));
    const lives = await Promise.all(callers.map((caller) => caller.registerBroker(brokerOf(1))));
    expect(new Set(lives.map((life) => accepted(life).bootEpoch)).size).toBe(20);
  });

  test('a reader that follows versions misses no change of concurrent writers', async () => {
    const { cell, store } = current();
    await furnish(store);
    const [writer, reader] = [await cell.another(), await cell.another()];
    const seen = new Set<string>();
    let version = 0;
    let writing = true;
    const follow = async () => {
      const set = await reader.changesSince(version);
      expect(set.version).toBeGreaterThanOrEqual(version);
      version = set.version;
      for (const change of set.changes) if (change.kind === 'cluster') seen.add(change.clusterId);
    };
    const reading = (async () => {
      while (writing) {
        await follow();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await follow();
    })();
    const ids = Array.from({ length: 60 }, (_, index) => `lkc-${index}`);
    await Promise.all(ids.map((id, index) => (index % 2 === 0 ? store : writer).applyCluster(clusterOf(id))));
    writing = false;
    await reading;
    expect(ids.filter((id) => !seen.has(id))).toEqual([]);
    expect(version).toBe(2 + ids.length);
  });

  test(`calls watchers of every process within ${WATCH_MS_MAX} ms of a commit, until they stop`, async () => {
    const { cell, store } = current();
    const other = await cell.another();
    const calls: number[] = [];
    let wake = () => {};
    const stop = other.watch(() => {
      calls.push(performance.now());
      wake();
    });
    // The first call may come from the watch itself having begun; wait until commits come through.
    const nextCall = () => new Promise<void>((resolve) => (wake = resolve));
    const warm = nextCall();
    await store.applyCluster(clusterOf('lkc-warm'));
    await warm;
    const called = nextCall();
    await store.applyCluster(clusterOf('lkc-a'));
    const committed = performance.now();
    await called;
    expect((calls.at(-1) ?? Infinity) - committed).toBeLessThan(WATCH_MS_MAX);
    stop();
    const before = calls.length;
    const silent = nextCall();
    const stopAgain = other.watch(() => wake());
    await store.applyCluster(clusterOf('lkc-b'));
    await silent;
    stopAgain();
    expect(calls).toHaveLength(before);
  });
}
