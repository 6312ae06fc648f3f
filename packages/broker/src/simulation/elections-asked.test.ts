import { electLeadersApi } from '@weir/kafka-protocol/apis/43-elect-leaders';
import { errorName } from '@weir/kafka-protocol/errors';
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
import { WireClient } from './wire-client.ts';
import { World } from './world.ts';

const members: readonly Member[] = [1, 2, 3].map((brokerId) => {
  const host = `broker-${brokerId}`;
  const peers = { listenHost: host, listenPort: 2, advertisedHost: host };
  return { brokerId, host, peers, cellBrokers: 3 };
});

const newBrokers: readonly NewBroker[] = members.map(({ brokerId, host }) => ({
  ...{ brokerId, host, port: 1, directoryId: '', directoryPlace: host },
  ...{ peerHost: host, peerPort: 2, rack: null, machine: null },
  ...{ lastBootEpochMax: null, directoryMark: null, hasLostWrites: false, missingReplicas: [] },
}));

/** Three brokers, a topic of one partition, and a producer that goes on for as long as the stage is open. */
async function begin(seed: number) {
  await loadCompression();
  const world = new World(seed);
  const cell = new SimulatedCell(world, noFaults, null);
  const lines: string[] = [];
  const brokers = members.map(
    (member) => new BrokerLives(cell, member, noFaults, null, (line) => lines.push(line)),
  );
  const hosts = members.map(({ host }) => host);
  const open = async (clientId: string) =>
    new CellClient({ world, network: cell.network, hosts, topic: 'topic' }, clientId);
  const access = { open, reader: (of: Stage) => new PlainReader(of) };
  const stage = new Stage(world, access, cell.usage, cell.happened, 1);
  await cell.prepare('topic', 1, {}, newBrokers);
  for (const broker of brokers) broker.start();
  const row = async () => {
    const record = (await cell.metadata.findTopic(clusterId, 'topic'))?.partitions[0];
    if (record === undefined) throw new Error('the topic has no partition');
    return record;
  };
  /** Lets time go on until the work is done. */
  const run = async <T>(work: Promise<T>): Promise<T> => {
    const state = { isDone: false };
    const done = () => {
      state.isDone = true;
    };
    work.then(done, done);
    await world.run(Number.POSITIVE_INFINITY, () => state.isDone);
    return work;
  };
  const pass = (ms: number) => run(world.sleep(ms));
  const elect = async (brokerId: number, electionType: number) => {
    const client = await WireClient.connect(world, cell.network, 'admin', `broker-${brokerId}`);
    const topicPartitions = [{ topic: 'topic', partitions: [0] }];
    const body = { electionType, topicPartitions, timeoutMs: 1_000 };
    const { replicaElectionResults } = await client.request(electLeadersApi, 2, body);
    client.close();
    return errorName(replicaElectionResults[0]?.partitionResult[0]?.errorCode ?? -1);
  };
  const ask = (brokerId: number, electionType: number) => run(elect(brokerId, electionType));
  const until = async (isSo: () => Promise<boolean>) => {
    for (let waitedMs = 0; !(await isSo()); waitedMs += 50) {
      if (waitedMs > 30_000) throw new Error('it never came to be so');
      await pass(50);
    }
  };
  return { world, brokers, stage, row, ask, until, pass, lines };
}

/** The leader is gone until another one leads, and comes back. */
async function leaveAndReturn(state: Awaited<ReturnType<typeof begin>>) {
  const { brokers, row, until } = state;
  const { leader, isr } = await row();
  const broker = brokers.find((each) => each.brokerId === leader);
  broker?.end('killed');
  await until(async () => (await row()).leader !== leader && (await row()).leader >= 0);
  broker?.start();
  await until(async () => (await row()).isr.length === isr.length);
}

test.each([1, 2, 3])(
  'preferred leaders that somebody asks for, at any broker, lose nothing that was acknowledged: seed %i',
  async (seed) => {
    const state = await begin(seed);
    const { world, stage, row, ask, until, pass } = state;
    world.start(produce(stage, 'producer', 0, false));
    await pass(5_000);
    for (const asked of [1, 2, 3]) {
      await leaveAndReturn(state);
      const before = await row();
      const [preferred] = before.replicas;
      expect(before.leader).not.toBe(preferred);
      expect(await ask(asked, 0)).toBe('NONE');
      expect((await row()).leader).toBe(preferred);
      expect(await ask(asked, 0)).toBe('ELECTION_NOT_NEEDED');
      expect(await ask(asked, 1)).toBe('ELECTION_NOT_NEEDED');
      expect(await ask(asked, 2)).toBe('INVALID_REQUEST');
      await until(async () => (await row()).isr.length === 3);
    }
    stage.isOpen = false;
    await pass(8_000);
    expect(stage.history.counts.acknowledged).toBeGreaterThan(50);
    world.start(checkAll(stage, { ms: -1, bytes: -1 }, () => 0));
    await world.run(world.now + 30_000, () => world.actorsRunning === 0);
    expect(world.actorsRunning).toBe(0);
  },
  60_000,
);

test('an unclean election is held only when somebody asks for it, is written down, and all follow the one elected', async () => {
  const { world, brokers, stage, row, ask, until, pass, lines } = await begin(1);
  world.start(produce(stage, 'producer', 0, false));
  await pass(3_000);
  const [first, second, third] = brokers;
  for (const broker of [first, second]) {
    broker?.end('power-cut');
    await until(async () => !(await row()).isr.includes(broker?.brokerId ?? 0));
    // The others commit what the first one, which is to lead, never had.
    await pass(2_000);
    stage.isOpen = false;
  }
  third?.end('power-cut');
  first?.start();
  await until(async () => (await row()).leader === -1);
  await pass(5_000);
  expect(await row()).toMatchObject({ leader: -1, isr: [] });
  expect(await ask(1, 0)).toBe('PREFERRED_LEADER_NOT_AVAILABLE');
  expect(lines.filter((line) => line.includes('leader.elected.unclean'))).toEqual([]);

  expect(await ask(1, 1)).toBe('NONE');
  expect(await row()).toMatchObject({ leader: 1, isr: [1], eligibleReplicas: [] });
  const [line, ...more] = lines.filter((each) => each.includes('leader.elected.unclean'));
  expect(more).toEqual([]);
  for (const said of [clusterId, 'User:', '"leader":1', '"eligible":"2,3"']) expect(line).toContain(said);

  for (const broker of [second, third]) broker?.start();
  await until(async () => (await row()).isr.length === 3);
  expect(await row()).toMatchObject({ leader: 1 });
}, 60_000);
