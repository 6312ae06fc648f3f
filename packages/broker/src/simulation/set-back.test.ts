import type { NewBroker } from '@weir/metadata-store/port';
import { beforeAll, expect, test } from 'vitest';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, type Member } from './broker-lives.ts';
import { CellClient } from './cell-client.ts';
import { checkAll } from './check-all.ts';
import { noFaults } from './faults.ts';
import { PlainReader } from './plain-reader.ts';
import { produce } from './producer.ts';
import { type Configs, clusterId, SimulatedCell } from './simulated-cell.ts';
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

/** Three brokers with one topic, to which somebody writes. */
async function begin(configs: Configs) {
  const world = new World(1);
  const cell = new SimulatedCell(world, noFaults, null);
  const events: string[] = [];
  const trace = (line: string) => events.push(line);
  const brokers = members.map((member) => new BrokerLives(cell, member, noFaults, null, trace));
  const hosts = members.map(({ host }) => host);
  const open = async (clientId: string) =>
    new CellClient({ world, network: cell.network, hosts, topic: 'topic' }, clientId);
  const access = { open, reader: (of: Stage) => new PlainReader(of) };
  const stage = new Stage(world, access, cell.usage, cell.happened, 1);
  await cell.prepare('topic', 1, configs, newBrokers);
  for (const broker of brokers) broker.start();
  const pass = (ms: number) => world.run(world.now + ms);
  world.start(produce(stage, 'producer', 0, false));
  await pass(5_000);
  const row = async () => {
    const record = (await cell.metadata.findTopic(clusterId, 'topic'))?.partitions[0];
    if (record === undefined) throw new Error('the topic has no partition');
    return record;
  };
  const broker = (brokerId: number) => {
    const lives = brokers[brokerId - 1];
    if (lives === undefined) throw new Error(`there is no broker ${brokerId}`);
    return lives;
  };
  /** Everything that was acknowledged is there, once. */
  const check = async () => {
    world.start(checkAll(stage, { ms: -1, bytes: -1 }, () => 0));
    await world.run(world.now + 30_000, () => world.actorsRunning === 0);
    expect(world.actorsRunning).toBe(0);
  };
  const saw = (event: string) => events.some((line) => line.includes(event));
  return { pass, cell, stage, brokers, broker, row, check, saw };
}

/** Of the volume with the logs alone: what is beside them tells nobody of it. */
function setLogsBack(broker: BrokerLives, copy: ReadonlyMap<string, Buffer>): void {
  broker.end('killed');
  const now = broker.disk.copy();
  const probe = now.get('probe');
  if (probe === undefined) throw new Error('the disk was never probed');
  broker.disk.setBack(new Map([...copy, ['probe', probe]]));
}

beforeAll(loadCompression);

test('a directory that was set back within a life of its broker leads nothing, though its lease lasts', async () => {
  const { pass, stage, broker, row, check, saw } = await begin({});
  const { leader } = await row();
  const copy = broker(leader).disk.copy();
  await pass(4_000);
  broker(leader).end('killed');
  broker(leader).disk.setBack(copy);
  broker(leader).start();
  await pass(1_000);
  expect(await row()).not.toMatchObject({ leader });
  stage.isOpen = false;
  await pass(15_000);
  expect([saw('broker.directory.lost'), (await row()).isr.length]).toEqual([true, 3]);
  await check();
}, 60_000);

test('a leader whose log alone was set back has nobody give up what was committed, and another one leads', async () => {
  const { pass, stage, broker, row, check, saw } = await begin({});
  const { leader } = await row();
  const copy = broker(leader).disk.copy();
  await pass(4_000);
  stage.isOpen = false;
  await pass(8_000);
  setLogsBack(broker(leader), copy);
  broker(leader).start();
  await pass(15_000);
  const { isr } = await row();
  expect([saw('partition.leader.lacks-committed'), saw('partition.committed.lacking')]).toEqual([true, true]);
  expect([saw('truncated.below-high-watermark'), isr.length]).toEqual([false, 3]);
  await check();
}, 60_000);

test('where nobody else may lead what was committed is kept, until an unclean election gives it the lead', async () => {
  const { pass, stage, cell, brokers, broker, row, check, saw } = await begin({
    'min.insync.replicas': '1',
  });
  const { leader } = await row();
  const copy = broker(leader).disk.copy();
  await pass(4_000);
  stage.isOpen = false;
  await pass(8_000);
  const others = brokers.filter(({ brokerId }) => brokerId !== leader);
  for (const other of others) other.end('killed');
  await pass(5_000);
  expect((await row()).isr).toEqual([leader]);
  setLogsBack(broker(leader), copy);
  broker(leader).start();
  await pass(5_000);
  for (const other of others) other.start();
  await pass(15_000);
  expect([saw('partition.committed.lacking'), saw('truncated.below-high-watermark')]).toEqual([true, false]);
  expect(await row()).toMatchObject({ leader, isr: [leader] });

  broker(leader).end('killed');
  await pass(5_000);
  expect(await row()).toMatchObject({ leader: -1 });
  const topic = await cell.metadata.findTopic(clusterId, 'topic');
  const partitions = [{ topicId: topic?.topicId ?? '', partition: 0 }];
  const [outcome] = await cell.metadata.electAsked({ clusterId, kind: 'unclean', partitions });
  expect(outcome).toMatchObject({ ok: true, value: { leaderEpoch: (await row()).uncleanEpoch } });
  broker(leader).start();
  await pass(15_000);
  expect((await row()).isr).toHaveLength(3);
  await check();
}, 60_000);
