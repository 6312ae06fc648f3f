import type { NewBroker } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, type Member } from './broker-lives.ts';
import { CellClient } from './cell-client.ts';
import { checkAll } from './check-all.ts';
import { noFaults } from './faults.ts';
import { PlainReader } from './plain-reader.ts';
import { produce } from './producer.ts';
import { compareReplicas } from './replicas.ts';
import { clusterId, SimulatedCell } from './simulated-cell.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

/** A cell whose brokers keep little in memory, and read this much in a second for whoever is behind. */
async function playing(catchUpBytesPerSecMax: number) {
  await loadCompression();
  const world = new World(1);
  const cell = new SimulatedCell(world, noFaults, null);
  const bounds = { tailCacheBytesMax: 4_096, catchUpBytesPerSecMax, replicaLagMsMax: 30_000 };
  const members: readonly Member[] = [1, 2, 3].map((brokerId) => {
    const host = `broker-${brokerId}`;
    const peers = { listenHost: host, listenPort: 2, advertisedHost: host };
    return { brokerId, host, peers, cellBrokers: 3, bounds };
  });
  const newBrokers: readonly NewBroker[] = members.map(({ brokerId, host }) => ({
    ...{ brokerId, host, port: 1, directoryId: '', directoryPlace: host },
    ...{ peerHost: host, peerPort: 2, rack: null, machine: null },
    ...{ lastBootEpochMax: null, directoryMark: null, hasLostWrites: false, missingReplicas: [] },
  }));
  const brokers = members.map((member) => new BrokerLives(cell, member, noFaults, null, () => undefined));
  const hosts = members.map(({ host }) => host);
  const open = async (clientId: string) =>
    new CellClient({ world, network: cell.network, hosts, topic: 'topic' }, clientId);
  const access = { open, reader: (of: Stage) => new PlainReader(of) };
  const stage = new Stage(world, access, cell.usage, cell.happened, 2);
  stage.mayRefuse = true;
  stage.hasRestarted = true;
  await cell.prepare('topic', 2, {}, newBrokers);
  for (const broker of brokers) broker.start();
  for (const partition of stage.partitions)
    world.start(produce(stage, `producer-${partition}`, partition, false));
  await world.run(3_000);
  return { world, cell, brokers, stage };
}

type Playing = Awaited<ReturnType<typeof playing>>;

async function topicOf({ cell }: Playing) {
  const topic = await cell.metadata.findTopic(clusterId, 'topic');
  if (topic === null) throw new Error('there is no topic');
  return topic;
}

async function areInSync(of: Playing): Promise<boolean> {
  return (await topicOf(of)).partitions.every(({ isr }) => isr.length === 3);
}

async function endAll(of: Playing): Promise<void> {
  const { world, brokers } = of;
  for (const broker of brokers) broker.end('stopped');
  await world.run(world.now + 30_000, () => brokers.every((broker) => !broker.isThere));
  const topic = await topicOf(of);
  for (const index of topic.partitions.keys()) {
    const disks = new Map(brokers.map((broker) => [broker.brokerId, broker.disk]));
    const during = async <T>(work: Promise<T>) => {
      await world.run(world.now + 10_000);
      return work;
    };
    await compareReplicas(disks, `${clusterId}/${topic.topicId}-${index}`, during);
  }
}

test('a broker that was away, or lost its disk, catches up on the other connection while others are written to', async () => {
  const of = await playing(1 << 20);
  const { world, cell, brokers, stage } = of;
  for (const how of ['away', 'without a disk']) {
    const [, , third] = brokers;
    third?.end('killed');
    if (how === 'without a disk') third?.disk.lose();
    await world.run(world.now + 5_000);
    expect(await areInSync(of)).toBe(false);
    third?.start();
    await world.run(world.now + 8_000);
    expect(await areInSync(of)).toBe(true);
  }
  stage.isOpen = false;
  await world.run(world.now + 10_000);
  world.start(checkAll(stage, { ms: -1, bytes: -1 }, () => 0));
  await world.run(world.now + 30_000, () => world.actorsRunning === 0);
  expect(world.actorsRunning).toBe(0);
  await endAll(of);
  expect(cell.happened.of('catch-up')).toBeGreaterThan(0);
  expect(cell.happened.of('catch-up ended')).toBeGreaterThan(0);
}, 60_000);
