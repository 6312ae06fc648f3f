import type { NewBroker } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, type Member } from './broker-lives.ts';
import { CellClient } from './cell-client.ts';
import { checkAll } from './check-all.ts';
import { noFaults } from './faults.ts';
import { PlainReader } from './plain-reader.ts';
import { produce } from './producer.ts';
import { clusterId, SimulatedCell } from './simulated-cell.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

const members: readonly Member[] = [1, 2, 3].map((brokerId) => {
  const host = `broker-${brokerId}`;
  const peers = { listenHost: host, listenPort: 2, advertisedHost: host };
  return { brokerId, host, peers, cellBrokers: 3 };
});

const newBrokers: readonly NewBroker[] = members.map(({ brokerId, host }) => ({
  ...{ brokerId, host, port: 1, directoryId: '', directoryPlace: host },
  ...{ lastBootEpochMax: null, directoryMark: null, hasLostWrites: false, missingReplicas: [] },
  ...{ peerHost: host, peerPort: 2, rack: null, machine: null },
}));

test('a leader that lost its disk, and waits to be registered, has nobody cut a log to what it has itself', async () => {
  await loadCompression();
  const world = new World(1);
  const cell = new SimulatedCell(world, noFaults, null);
  const brokers = members.map((member) => new BrokerLives(cell, member, noFaults, null, () => undefined));
  const hosts = members.map(({ host }) => host);
  const open = async (clientId: string) =>
    new CellClient({ world, network: cell.network, hosts, topic: 'topic' }, clientId);
  const access = { open, reader: (of: Stage) => new PlainReader(of) };
  const stage = new Stage(world, access, cell.usage, cell.happened, 1);
  await cell.prepare('topic', 1, {}, newBrokers);
  for (const broker of brokers) broker.start();
  world.start(produce(stage, 'producer', 0, false));
  await world.run(5_000);
  stage.isOpen = false;
  await world.run(8_000);
  expect(stage.history.counts.acknowledged).toBeGreaterThan(20);

  const topic = await cell.metadata.findTopic(clusterId, 'topic');
  const leader = brokers.find((broker) => broker.brokerId === topic?.partitions[0]?.leader);
  leader?.end('killed');
  leader?.disk.lose();
  cell.store.registrationDelayMs = () => 1_500;
  leader?.start();
  await world.run(15_000);
  expect(brokers.every((broker) => broker.isReady)).toBe(true);
  world.start(checkAll(stage, { ms: -1, bytes: -1 }, () => 0));
  await world.run(30_000, () => world.actorsRunning === 0);
  expect(world.actorsRunning).toBe(0);
}, 60_000);
