import { electLeadersApi } from '@weir/kafka-protocol/apis/43-elect-leaders';
import { errorName } from '@weir/kafka-protocol/errors';
import { expect, test } from 'vitest';
import { produce } from './producer.ts';
import { clusterId } from './simulated-cell.ts';
import { ThreeBrokers } from './three-brokers.ts';
import { WireClient } from './wire-client.ts';

/** Three brokers, and somebody who asks them for elections. */
async function begin(seed: number) {
  const of = await ThreeBrokers.begin({ seed });
  const { world, cell } = of;
  const elect = async (brokerId: number, electionType: number) => {
    const client = await WireClient.connect(world, cell.network, 'admin', `broker-${brokerId}`);
    const topicPartitions = [{ topic: 'topic', partitions: [0] }];
    const body = { electionType, topicPartitions, timeoutMs: 1_000 };
    const { replicaElectionResults } = await client.request(electLeadersApi, 2, body);
    client.close();
    return errorName(replicaElectionResults[0]?.partitionResult[0]?.errorCode ?? -1);
  };
  const ask = (brokerId: number, electionType: number) => of.run(elect(brokerId, electionType));
  return { of, ask };
}

/** The leader is gone until another one leads, and comes back. */
async function leaveAndReturn(of: ThreeBrokers): Promise<void> {
  const { leader, isr } = await of.row();
  const broker = of.broker(leader);
  broker.end('killed');
  await of.until(async () => (await of.row()).leader !== leader && (await of.row()).leader >= 0);
  broker.start();
  await of.until(async () => (await of.row()).isr.length === isr.length);
}

test.each([1, 2, 3])(
  'preferred leaders that somebody asks for, at any broker, lose nothing that was acknowledged: seed %i',
  async (seed) => {
    const { of, ask } = await begin(seed);
    const { world, stage } = of;
    world.start(produce(stage, 'producer', 0, false));
    await of.pass(5_000);
    for (const asked of [1, 2, 3]) {
      await leaveAndReturn(of);
      const before = await of.row();
      const [preferred] = before.replicas;
      expect(before.leader).not.toBe(preferred);
      expect(await ask(asked, 0)).toBe('NONE');
      expect((await of.row()).leader).toBe(preferred);
      expect(await ask(asked, 0)).toBe('ELECTION_NOT_NEEDED');
      expect(await ask(asked, 1)).toBe('ELECTION_NOT_NEEDED');
      expect(await ask(asked, 2)).toBe('INVALID_REQUEST');
      await of.until(async () => (await of.row()).isr.length === 3);
    }
    stage.isOpen = false;
    await of.pass(8_000);
    expect(stage.history.counts.acknowledged).toBeGreaterThan(50);
    await of.check();
  },
  60_000,
);

test('an unclean election is held only when somebody asks for it, is written down, and all follow the one elected', async () => {
  const { of, ask } = await begin(1);
  const { world, brokers, stage, lines } = of;
  world.start(produce(stage, 'producer', 0, false));
  await of.pass(3_000);
  const [first, second, third] = brokers;
  for (const broker of [first, second]) {
    broker?.end('power-cut');
    await of.until(async () => !(await of.row()).isr.includes(broker?.brokerId ?? 0));
    // The others commit what the first one, which is to lead, never had.
    await of.pass(2_000);
    stage.isOpen = false;
  }
  third?.end('power-cut');
  first?.start();
  await of.until(async () => (await of.row()).leader === -1);
  await of.pass(5_000);
  expect(await of.row()).toMatchObject({ leader: -1, isr: [] });
  expect(await ask(1, 0)).toBe('PREFERRED_LEADER_NOT_AVAILABLE');
  expect(lines.filter((line) => line.includes('leader.elected.unclean'))).toEqual([]);

  expect(await ask(1, 1)).toBe('NONE');
  expect(await of.row()).toMatchObject({ leader: 1, isr: [1], eligibleReplicas: [] });
  const [line, ...more] = lines.filter((each) => each.includes('leader.elected.unclean'));
  expect(more).toEqual([]);
  for (const said of [clusterId, 'User:', '"leader":1', '"eligible":"2,3"']) expect(line).toContain(said);

  for (const broker of [second, third]) broker?.start();
  await of.until(async () => (await of.row()).isr.length === 3);
  expect(await of.row()).toMatchObject({ leader: 1 });
}, 60_000);
