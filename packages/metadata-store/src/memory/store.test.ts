import { createSeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { describeMetadataStore } from '../conformance.ts';
import {
  accepted,
  aclOf,
  Brokers,
  brokerOf,
  changeOf,
  clusterOf,
  credentialOf,
  furnish,
  partitionOf,
  topicOf,
} from '../conformance-fixtures.ts';
import { electionPartitionsMax } from '../partition-rules.ts';
import { StoreError } from '../port.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { createMemoryMetadataStore } from './store.ts';

describeMetadataStore('memory', async () => {
  let passedMs = 0;
  const store = createMemoryMetadataStore({ now: () => Date.now() + passedMs });
  const passMs = async (ms: number) => {
    passedMs += ms;
  };
  return { store, another: async () => store, passMs, close: () => store.close() };
});

/** A journal whose entries went through JSON, as on their way to a file and back. */
function journalOf(entries: string[] = []): Journal & { readonly entries: string[] } {
  return {
    entries,
    load: async () => entries.map((entry) => JSON.parse(entry) as JournalEntry),
    append: async (entry) => {
      entries.push(JSON.stringify(entry));
    },
  };
}

async function live(store: ReturnType<typeof createMemoryMetadataStore>): Promise<void> {
  await furnish(store, 2);
  const gone = accepted(await store.createTopic(topicOf('lkc-a', 'gone')));
  accepted(await store.deleteTopic('lkc-a', gone.topicId));
  accepted(await store.createTopic(topicOf('lkc-a', 'orders', { partitionCount: 3, replicationFactor: 2 })));
  accepted(await store.applyAcl(aclOf('lkc-a', 'o')));
  accepted(await store.applyCredential(credentialOf('KEYA', 'lkc-a')));
  accepted(await store.applyCredential(credentialOf('KEYB', 'lkc-a')));
  await store.removeCredential('KEYB');
  await store.applyCluster(clusterOf('lkc-b'));
  await store.removeCluster('lkc-b');
  await store.allocateProducerIds(500);
  accepted(await store.registerBroker(brokerOf(2)));
  await store.cellSecret();
}

test('a replayed journal gives the same store: state, versions, producer ids, boot epochs, removals', async () => {
  const journal = journalOf();
  const first = createMemoryMetadataStore({ journal, randomBytes: createSeededRandom(5).bytes });
  await live(first);
  const second = createMemoryMetadataStore({ journal: journalOf([...journal.entries]) });
  expect(await second.changesSince(0)).toEqual(await first.changesSince(0));
  expect(await second.changesSince(3)).toEqual(await first.changesSince(3));
  expect(await second.cellSecret()).toEqual(await first.cellSecret());
  expect(await second.allocateProducerIds(1)).toEqual({ first: 500, count: 1 });
  expect(accepted(await second.registerBroker(brokerOf(1)))).toMatchObject({ bootEpoch: 2 });
  await second.applyCluster(clusterOf('lkc-b', 9));
  accepted(await second.applyCredential(credentialOf('KEYB', 'lkc-a')));
  expect(await second.findCluster('lkc-b')).toBeNull();
  expect(await second.findCredential('KEYB')).toBeNull();
  const [one, other] = await Promise.all(
    [first, second].map((store) => store.createTopic(topicOf('lkc-a', 'next'))),
  );
  expect(other).toMatchObject({ value: { partitions: one?.ok ? one.value.partitions : null } });
});

test('a snapshot stands for all entries before it', async () => {
  const first = createMemoryMetadataStore({ journal: journalOf() });
  await live(first);
  const second = createMemoryMetadataStore({ journal: journalOf([JSON.stringify(await first.snapshot())]) });
  expect(await second.changesSince(0)).toEqual(await first.changesSince(0));
  expect(await second.cellSecret()).toEqual(await first.cellSecret());
  await second.applyCluster(clusterOf('lkc-b', 9));
  expect(await second.findCluster('lkc-b')).toBeNull();
  expect(await second.allocateProducerIds(1)).toEqual({ first: 500, count: 1 });
});

test('a journal from before cells had several brokers is read, and what it does not say is the usual', async () => {
  const directory = { directoryId: 'ZGlyZWN0b3J5IG9mIG9uZQ' };
  const broker = { brokerId: 1, bootEpoch: 4, host: 'localhost', port: 9001, ...directory };
  const partition = { leader: 1, leaderEpoch: 2, partitionEpoch: 3, replicas: [1], isr: [1] };
  const named = { clusterId: 'lkc-a', topicId: 'AQEBAQEBQQGBAQEBAQEBAQ' };
  const topic = { ...named, name: 'orders', partitions: [partition], configs: {}, createdAt: 1 };
  const changes = [
    { kind: 'cluster', clusterId: 'lkc-a', cluster: clusterOf('lkc-a') },
    { kind: 'broker', brokerId: 1, broker },
    { kind: 'topic', ...named, topic },
  ];
  const store = createMemoryMetadataStore({
    journal: journalOf([JSON.stringify({ version: 9, nextProducerId: 7, changes })]),
  });
  const labels = { peerHost: null, peerPort: null, rack: null, machine: null, programVersion: null };
  expect(await store.changesSince(0)).toEqual({
    version: 9,
    changes: [
      { kind: 'cluster', clusterId: 'lkc-a', cluster: clusterOf('lkc-a') },
      { kind: 'broker', brokerId: 1, broker: { ...broker, ...labels, isFenced: false, isCordoned: false } },
      {
        kind: 'topic',
        ...named,
        topic: {
          ...topic,
          partitions: [{ ...partition, eligibleReplicas: [], uncleanEpoch: -1, reassignment: null }],
        },
      },
    ],
  });
  accepted(await store.registerBroker(brokerOf(1)));
  expect(await store.findTopic('lkc-a', 'orders')).toMatchObject({
    partitions: [
      {
        leader: 1,
        leaderEpoch: 3,
        partitionEpoch: 4,
        eligibleReplicas: [],
        uncleanEpoch: -1,
        reassignment: null,
      },
    ],
  });
});

test('a key in a journal from before keys were rotated has the one secret that it had', async () => {
  const verifier = { salt: 'c2FsdA==', iterations: 4096, storedKey: 'c3RvcmVk', serverKey: 'c2VydmVy' };
  const { secrets: _, ...rest } = credentialOf('KEY', 'lkc-a');
  const credential = { ...rest, scramSha256: verifier, scramSha512: verifier };
  const entry = {
    version: 1,
    nextProducerId: 0,
    changes: [{ kind: 'credential', keyId: 'KEY', credential }],
  };
  const store = createMemoryMetadataStore({ journal: journalOf([JSON.stringify(entry)]) });
  expect(await store.findCredential('KEY')).toEqual({
    ...rest,
    secrets: [{ number: 1, scramSha256: verifier, scramSha512: verifier }],
  });
});

test('one election changes so many partitions and says that more is left; whoever is fenced leads those no more', async () => {
  let passedMs = 0;
  const store = createMemoryMetadataStore({ now: () => passedMs });
  const passMs = async (ms: number) => {
    passedMs += ms;
  };
  const brokers = new Brokers({ store, passMs });
  const cluster = clusterOf('lkc-a');
  await store.applyCluster({ ...cluster, limits: { ...cluster.limits, partitionsMax: 10_000 } });
  await brokers.begin(1, 2);
  const partitionCount = electionPartitionsMax + 10;
  const asked = topicOf('lkc-a', 'orders', { partitionCount, replicationFactor: 2 });
  const { topicId } = accepted(await store.createTopic(asked));
  const first = accepted(await brokers.surviveOnly(2));
  expect(first).toMatchObject({
    fencedBrokers: [1],
    partitionsChanged: electionPartitionsMax,
    isComplete: false,
  });
  const left = [...Array(partitionCount).keys()].slice(-10);
  const rows = await Promise.all(left.map((index) => partitionOf(store, 'orders', index)));
  const changes = rows.map((row, at) => changeOf(topicId, row, { kind: 'next-epoch' }, left[at]));
  const outcomes = accepted(await store.alterPartitions(brokers.life(1), changes));
  expect(outcomes.filter((outcome) => outcome.ok)).toEqual([]);
  expect(accepted(await store.electLeaders(brokers.life(2)))).toMatchObject({
    fencedBrokers: [],
    partitionsChanged: 10,
    isComplete: true,
  });
});

test('answers nothing that is not durable yet, neither to the writer nor to a reader or a repeat', async () => {
  const release: (() => void)[] = [];
  const journal: Journal = {
    load: async () => [],
    append: () => new Promise((resolve) => release.push(resolve)),
  };
  const store = createMemoryMetadataStore({ journal });
  const answers: string[] = [];
  const note = (name: string) => () => answers.push(name);
  const all = [
    store.applyCluster(clusterOf('lkc-a')).then(note('write')),
    store.applyCluster(clusterOf('lkc-a')).then(note('repeat')),
    store.findCluster('lkc-a').then(note('read')),
  ];
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  expect(release).toHaveLength(1);
  expect(answers).toEqual([]);
  release[0]?.();
  await Promise.all(all);
  expect(answers).toHaveLength(3);
});

test('stops working once the journal failed, rather than differ from it', async () => {
  const journal: Journal = {
    load: async () => [],
    append: () => Promise.reject(new Error('ENOSPC')),
  };
  const store = createMemoryMetadataStore({ journal });
  await expect(store.applyCluster(clusterOf('lkc-a'))).rejects.toThrow(StoreError);
  await expect(store.findCluster('lkc-a')).rejects.toThrow(StoreError);
  await expect(store.applyCluster(clusterOf('lkc-b'))).rejects.toThrow(StoreError);
});

test('says so when the journal cannot be loaded', async () => {
  const journal: Journal = { load: () => Promise.reject(new Error('EIO')), append: async () => undefined };
  const store = createMemoryMetadataStore({ journal });
  await expect(store.findCluster('lkc-a')).rejects.toThrow('could not be loaded');
});

test('one seed and one clock give the same topics', async () => {
  const make = async () => {
    const store = createMemoryMetadataStore({ now: () => 42, randomBytes: createSeededRandom(1).bytes });
    await furnish(store);
    return store.createTopic(topicOf('lkc-a', 'orders'));
  };
  expect(await make()).toEqual(await make());
});
