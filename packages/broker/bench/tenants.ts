import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createScramVerifier } from '@weir/credentials/scram';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore } from '@weir/metadata-store/port';
import { type Broker, startBroker } from '../src/broker.ts';
import { noUsage } from '../src/metering/no-usage.ts';
import { nodeClock } from '../src/node-deps/node-clock.ts';
import { createNodeDisk } from '../src/node-deps/node-disk.ts';
import { nodeHeap } from '../src/node-deps/node-heap.ts';
import { nodeNetwork } from '../src/node-deps/node-network.ts';
import { nodeRandom } from '../src/node-deps/node-random.ts';
import { createNodeWorkers } from '../src/node-deps/node-workers.ts';
import { RawClient } from '../src/testing/raw-client.ts';

// `npm run bench -- --tenants`: what many tenants of one broker cost, on a store in memory.

const many = 10_000;
const working = 1_000;
const workMs = 10_000;
const restMs = 250;
const secret = 'secret';
const topic = 'orders';
const unlimited = Number.MAX_SAFE_INTEGER;

interface Figure {
  readonly name: string;
  readonly value: string;
}

setFlagsFromString('--expose-gc');
// The flag was set after the start, so only a new context has the function.
const collect: () => void = runInNewContext('gc');

/** Bytes of the heap and of what lies outside of it, after what is dead was collected. */
function keptBytes(): number {
  for (let pass = 0; pass < 4; pass += 1) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const descriptors = () => readdirSync('/proc/self/fd').length;

async function addCluster(store: MetadataStore, id: string, partitionCount: number): Promise<void> {
  await store.applyCluster({
    id,
    limits: {
      ingressBytesPerSecMax: unlimited,
      egressBytesPerSecMax: unlimited,
      requestsPerSecMax: unlimited,
      connectionsMax: 1_000,
      partitionsMax: many,
      groupsMax: 100,
      aclsMax: 100,
      messageBytesMax: 1 << 20,
      storedBytesMax: unlimited,
    },
    autoCreateTopics: false,
    intentVersion: 1,
  });
  const asked = {
    clusterId: id,
    name: topic,
    partitionCount,
    replicationFactor: 1,
    configs: {},
    validateOnly: false,
  };
  const created = await store.createTopic(asked);
  if (!created.ok) throw new Error(created.message);
}

async function newStore(): Promise<MetadataStore> {
  const store = createMemoryMetadataStore();
  await store.registerBroker(brokerOf(1, { host: '127.0.0.1', directoryPlace: 'bench' }));
  // What the store answers is the broker's own, as from a database: nothing of it is shared.
  const changesSince = store.changesSince.bind(store);
  return Object.assign(store, {
    changesSince: async (version: number) => structuredClone(await changesSince(version)),
  });
}

function start(store: MetadataStore, dir: string, anonymousClusterId: string | null): Promise<Broker> {
  const none = () => undefined;
  return startBroker(
    {
      clock: nodeClock,
      disk: createNodeDisk(dir),
      network: nodeNetwork,
      peerNetwork: nodeNetwork,
      metadata: store,
      random: nodeRandom,
      usage: noUsage,
      log: { info: none, warn: console.warn, error: console.error },
      heap: nodeHeap,
      workers: createNodeWorkers(),
    },
    {
      brokerId: 1,
      listenHost: '127.0.0.1',
      listenPort: 0,
      advertisedHost: '127.0.0.1',
      advertisedPort: null,
      durability: 'fsync',
      anonymousClusterId,
      directoryPlace: 'bench',
    },
  );
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const began = performance.now();
  const result = await work();
  return { ms: performance.now() - began, result };
}

async function inDirectory<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'weir-tenants-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function idleClusters(): Promise<Figure[]> {
  return inDirectory(async (dir) => {
    const store = await newStore();
    await addCluster(store, 'lkc-first', 1);
    const alone = await timed(() => start(store, dir, null));
    await alone.result.stop();
    for (let index = 0; index < many; index += 1) await addCluster(store, `lkc-${index}`, 1);
    const before = keptBytes();
    const among = await timed(() => start(store, dir, null));
    const each = (keptBytes() - before) / many;
    await among.result.stop();
    return [
      { name: 'start with one cluster, ms', value: alone.ms.toFixed(0) },
      { name: `start with ${many} idle clusters, ms`, value: among.ms.toFixed(0) },
      { name: 'memory of a further idle cluster with a topic, KB', value: (each / 1_000).toFixed(1) },
    ];
  });
}

const batch = encodeBatch({ records: [{ timestamp: 0, key: null, value: Buffer.alloc(100, 'x') }] });

async function write(client: RawClient, partitions: readonly number[]): Promise<void> {
  const partitionData = partitions.map((index) => ({ index, records: batch }));
  const answer = await client.request(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData }],
  });
  const parts = answer?.responses[0]?.partitionResponses ?? [];
  if (parts.length !== partitions.length || parts.some((part) => part.errorCode !== 0))
    throw new Error('a batch was not taken');
}

function openPartitions(): Promise<Figure[]> {
  return inDirectory(async (dir) => {
    const store = await newStore();
    await addCluster(store, 'lkc-first', many);
    const broker = await start(store, dir, 'lkc-first');
    const client = await RawClient.open(broker.port);
    const [before, openBefore] = [keptBytes(), descriptors()];
    const opening = await timed(async () => {
      for (let at = 0; at < many; at += 500)
        await write(
          client,
          Array.from({ length: 500 }, (_, index) => at + index),
        );
    });
    const [each, open] = [(keptBytes() - before) / many, descriptors() - openBefore];
    client.end();
    const stopping = await timed(() => broker.stop());
    const again = await timed(() => start(store, dir, 'lkc-first'));
    await again.result.stop();
    return [
      { name: `a batch to each of ${many} new partitions, s`, value: (opening.ms / 1_000).toFixed(1) },
      { name: 'memory of an open partition, KB', value: (each / 1_000).toFixed(1) },
      { name: `descriptors of ${many} open partitions`, value: String(open) },
      { name: 'stop, s', value: (stopping.ms / 1_000).toFixed(1) },
      { name: 'start over them, ms', value: again.ms.toFixed(0) },
    ];
  });
}

async function signIn(port: number, clusterId: string): Promise<RawClient> {
  const client = await RawClient.open(port);
  await client.request(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
  const answer = await client.request(saslAuthenticateApi, 2, {
    authBytes: Buffer.from(`\0KEY-${clusterId}\0${secret}`),
  });
  if (answer?.errorCode !== 0) throw new Error(`${clusterId} was not let in`);
  return client;
}

function workingTenants(): Promise<Figure[]> {
  return inDirectory(async (dir) => {
    const store = await newStore();
    const ids = Array.from({ length: working }, (_, index) => `lkc-${index}`);
    const salt = Buffer.alloc(16, 'salt');
    const scramSha256 = await createScramVerifier(secret, 'SHA-256', salt);
    const scramSha512 = await createScramVerifier(secret, 'SHA-512', salt);
    for (const clusterId of ids) {
      await addCluster(store, clusterId, 1);
      const principal = 'User:owner';
      const resource = { resourceType: 'TOPIC', patternType: 'LITERAL', resourceName: '*' } as const;
      await store.applyAcl({
        clusterId,
        principal,
        ...resource,
        operation: 'ALL',
        permission: 'ALLOW',
        host: '*',
      });
      await store.applyCredential({
        keyId: `KEY-${clusterId}`,
        clusterId,
        principal,
        secrets: [{ number: 1, scramSha256, scramSha512 }],
        expiresAt: null,
      });
    }
    const broker = await start(store, dir, null);
    const clients: RawClient[] = [];
    const entering = await timed(async () => {
      for (const id of ids) clients.push(await signIn(broker.port, id));
    });
    for (const client of clients) await write(client, [0]);
    const end = performance.now() + workMs;
    const waits = await Promise.all(
      clients.map((client, index) => work(client, end, (restMs * index) / working)),
    );
    for (const client of clients) client.end();
    await broker.stop();
    const all = waits.flat();
    return [
      {
        name: `sign-in of ${working} tenants, one after the other, s`,
        value: (entering.ms / 1_000).toFixed(1),
      },
      {
        name: `requests of ${working} tenants at once, 1/s`,
        value: (all.length / (workMs / 1_000)).toFixed(0),
      },
      { name: 'acknowledged, p50 of all, ms', value: quantile(all, 0.5).toFixed(2) },
      { name: 'acknowledged, p99 of all, ms', value: quantile(all, 0.99).toFixed(2) },
      {
        name: 'p99 of the tenant in the middle, ms',
        value: quantile(
          waits.map((own) => quantile(own, 0.99)),
          0.5,
        ).toFixed(2),
      },
      {
        name: 'p99 of the worst tenant, ms',
        value: Math.max(...waits.map((own) => quantile(own, 0.99))).toFixed(2),
      },
    ];
  });
}

/** Writes, waits, rests, and writes again; milliseconds of each wait. */
async function work(client: RawClient, end: number, delayMs: number): Promise<number[]> {
  const waits: number[] = [];
  await rest(delayMs);
  while (performance.now() < end) {
    waits.push((await timed(() => write(client, [0]))).ms);
    await rest(restMs);
  }
  return waits;
}

const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

/** Measures and prints a table for BENCHMARKS.md. */
export async function measureTenants(): Promise<void> {
  console.log('| many tenants in one broker | |\n|---|---:|');
  for (const part of [idleClusters, openPartitions, workingTenants])
    for (const { name, value } of await part()) console.log(`| ${name} | ${value} |`);
}
