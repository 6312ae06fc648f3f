import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore } from '@weir/metadata-store/port';
import { type Broker, startBroker } from '../broker.ts';
import type { EngineBounds } from '../engine-bounds.ts';
import { loadCompression } from '../log/compression-loader.ts';
import { simulatedBroker } from './broker-lives.ts';
import { noFaults } from './faults.ts';
import { abuse, loiter } from './hostile-tenant.ts';
import { checkGivenBack, checkMemory } from './memory-checks.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedNetwork, simulatedHost } from './simulated-network.ts';
import { SimulatedProcessor, type TenantBug } from './simulated-processor.ts';
import { simulatedWorkers } from './simulated-workers.ts';
import { prepareTenant, signIn, topicName } from './tenants.ts';
import { WallClock } from './wall-clock.ts';
import { Violation, World } from './world.ts';

export const quiet = 'lkc-quiet';
export const hostile = 'lkc-hostile';

/** So long an answer to the quiet tenant may take, with all that disk and network take of it: no gap is longer. */
export const answerMsMax = 250;

export interface TenantsRun {
  readonly seed: number;
  readonly bug?: TenantBug | null;
  /** Without it the quiet tenant is alone. */
  readonly isHostile?: boolean;
}

export interface TenantsSummary {
  readonly answers: number;
  readonly slowestMs: number;
  readonly frameBytesMax: number;
}

const abuseMs = 6_000;
/** After its end, when nobody is there any more to be waited for: shorter than a fetch may wait. */
const afterMs = 20_000;

/** A quiet tenant beside a hostile one, in one broker on one core. Throws a Violation that names the seed. */
export async function simulateTenants(run: TenantsRun): Promise<TenantsSummary> {
  await loadCompression();
  const world = new World(run.seed);
  try {
    return await play(world, run);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Violation(`seed ${run.seed}, ${world.now.toFixed(3)} ms: ${message}`, { cause });
  }
}

/** Small, so that one tenant can fill what is its own within seconds, and all that clusters share. */
const bounds: Partial<EngineBounds> = {
  bytesInFlightPerConnectionMax: 1 << 20,
  bytesInFlightPerClusterMax: 2 << 20,
  bytesInFlightPerBrokerMax: 3 << 20,
  bytesInFlightFloor: 1 << 20,
  bytesUnfinishedPerClusterMax: 2 << 20,
  bytesUnfinishedPerBrokerMax: 3 << 20,
  bytesUnsentPerConnectionMax: 1 << 20,
  answerBytesPerClusterMax: 4 << 20,
  answerBytesPerBrokerMax: 6 << 20,
  answerBytesFloor: 1 << 20,
  fetchSessionBytesPerClusterMax: 20_000,
  fetchSessionBytesPerBrokerMax: 30_000,
  fetchSessionBytesFloor: 10_000,
  fetchSessionsPerClusterMax: 20,
  groupBytesPerClusterMax: 1 << 20,
  groupBytesPerBrokerMax: 3 << 19,
  groupBytesFloor: 1 << 18,
  producerBytesPerClusterMax: 50_000,
  producerBytesPerBrokerMax: 80_000,
  producerBytesFloor: 20_000,
  tailCacheBytesMax: 1 << 20,
  framePoolBytesMax: 1 << 20,
};

async function play(world: World, run: TenantsRun): Promise<TenantsSummary> {
  const bug = run.bug ?? null;
  const network = new SimulatedNetwork(world, noFaults, null);
  const wallClock = new WallClock(world);
  // Outside of simulated time: keys are derived by threads.
  const metadata = await prepareStore(world, wallClock);
  const broker = start(world, network, metadata, wallClock, bug);
  const state = { isOver: false, frameBytesMax: 0 };
  const ready: { broker: Broker | null } = { broker: null };
  world.start(
    broker.then((started) => {
      ready.broker = started;
    }),
  );
  await world.run(10_000, () => ready.broker !== null);
  const started = ready.broker;
  if (started === null) throw new Violation('the broker does not start');
  const isOver = () => state.isOver;
  const victim = { answers: 0, slowestMs: 0 };
  world.start(beQuiet(world, network, victim, isOver));
  if (run.isHostile !== false) {
    for (let actor = 0; actor < 4; actor += 1) world.start(abuse(world, network, hostile, isOver));
    world.start(loiter(world, network, isOver));
  }
  world.start(watchMemory(world, started, state));
  await world.run(world.now + abuseMs);
  state.isOver = true;
  await world.run(world.now + afterMs);
  if (world.actorsRunning > 0) throw new Violation('somebody still waits');
  checkGivenBack(started, bounds.tailCacheBytesMax ?? 0);
  return { ...victim, frameBytesMax: state.frameBytesMax };
}

async function prepareStore(world: World, wallClock: WallClock): Promise<MetadataStore> {
  const random = world.random.fork();
  const metadata = createMemoryMetadataStore({
    now: () => wallClock.now(),
    randomBytes: (length) => random.bytes(length),
  });
  await metadata.registerBroker(simulatedBroker);
  for (const clusterId of [quiet, hostile]) await prepareTenant(metadata, clusterId, 4);
  return metadata;
}

function start(
  world: World,
  network: SimulatedNetwork,
  metadata: MetadataStore,
  wallClock: WallClock,
  bug: TenantBug | null,
): Promise<Broker> {
  const random = world.random.fork();
  const processor = new SimulatedProcessor(world, bug);
  const none = () => undefined;
  return startBroker(
    {
      clock: processor.clock(() => wallClock.now()),
      disk: processor.disk(new SimulatedDisk(world, noFaults, null).mount(() => true)),
      network: processor.network(network.mount(simulatedHost, () => true)),
      peerNetwork: network.mount(simulatedHost, () => true),
      metadata,
      random: { bytes: (length) => random.bytes(length), below: (bound) => random.integer(0, bound - 1) },
      usage: {
        countedBefore: () => Promise.resolve([]),
        report: () => world.sleep(1),
        hold: () => world.sleep(1),
      },
      log: { info: none, warn: none, error: none },
      heap: { onCollected: () => none },
      workers: simulatedWorkers((ms) => world.sleep(ms), world),
    },
    {
      brokerId: 1,
      listenHost: 'simulated',
      listenPort: 1,
      advertisedHost: 'simulated',
      advertisedPort: 1,
      durability: 'fsync',
      anonymousClusterId: null,
      groupRebalanceDelayMs: 100,
      directoryPlace: simulatedBroker.directoryPlace,
      fillReturnedFrames: true,
      bounds,
    },
  );
}

/** Writes, reads and asks, one after the other, and counts how long it waits for each. */
async function beQuiet(
  world: World,
  network: SimulatedNetwork,
  victim: { answers: number; slowestMs: number },
  isOver: () => boolean,
): Promise<void> {
  const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const beganMs = world.now;
    const answer = await work;
    const tookMs = world.now - beganMs;
    victim.answers += 1;
    victim.slowestMs = Math.max(victim.slowestMs, tookMs);
    if (tookMs > answerMsMax)
      throw new Violation(`the quiet tenant waited ${tookMs.toFixed(1)} ms for ${what}`);
    return answer;
  };
  const client = await signIn(world, network, quiet);
  while (!isOver()) {
    const records = encodeBatch({ records: [{ timestamp: 0, key: null, value: Buffer.from('quiet') }] });
    const topicData = [{ name: topicName, partitionData: [{ index: 0, records }] }];
    const produced = await timed(
      'a produce',
      client.request(produceApi, 9, { transactionalId: null, acks: -1, timeoutMs: 30_000, topicData }),
    );
    const response = produced.responses[0]?.partitionResponses?.[0];
    if (response?.errorCode !== 0)
      throw new Violation(`a produce of the quiet tenant met error ${response?.errorCode}`);
    const partitions = [{ partition: 0, fetchOffset: response.baseOffset, partitionMaxBytes: 1 << 16 }];
    const fetched = await timed(
      'a fetch',
      client.request(fetchApi, 11, {
        maxWaitMs: 500,
        minBytes: 1,
        maxBytes: 1 << 16,
        topics: [{ topic: topicName, partitions }],
      }),
    );
    const part = fetched.responses[0]?.partitions[0];
    if (part?.errorCode !== 0 || (part.records?.length ?? 0) === 0)
      throw new Violation(`a fetch of the quiet tenant met error ${part?.errorCode} or brought nothing`);
    await timed(
      'metadata',
      client.request(metadataApi, 8, {
        topics: null,
        allowAutoTopicCreation: false,
        includeClusterAuthorizedOperations: false,
        includeTopicAuthorizedOperations: false,
      }),
    );
    await world.sleep(world.delay(5, 50));
  }
  client.close();
}

async function watchMemory(
  world: World,
  broker: Broker,
  state: { readonly isOver: boolean; frameBytesMax: number },
): Promise<void> {
  while (!state.isOver) {
    state.frameBytesMax = Math.max(state.frameBytesMax, checkMemory(broker, bounds));
    await world.sleep(20);
  }
}
