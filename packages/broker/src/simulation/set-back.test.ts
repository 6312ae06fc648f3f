import { expect, test } from 'vitest';
import type { BrokerLives } from './broker-lives.ts';
import { produce } from './producer.ts';
import { type Configs, clusterId } from './simulated-cell.ts';
import { ThreeBrokers } from './three-brokers.ts';

/** To whose topic somebody has written for a while, and goes on to. */
async function begin(configs: Configs): Promise<ThreeBrokers> {
  const of = await ThreeBrokers.begin({ configs });
  of.world.start(produce(of.stage, 'producer', 0, false));
  await of.pass(5_000);
  return of;
}

/** Of the volume with the logs alone: what is beside them tells nobody of it. */
function setLogsBack(broker: BrokerLives, copy: ReadonlyMap<string, Buffer>): void {
  broker.end('killed');
  const now = broker.disk.copy();
  const probe = now.get('probe');
  if (probe === undefined) throw new Error('the disk was never probed');
  broker.disk.setBack(new Map([...copy, ['probe', probe]]));
}

test('a directory that was set back within a life of its broker leads nothing, though its lease lasts', async () => {
  const of = await begin({});
  const { stage } = of;
  const { leader } = await of.row();
  const copy = of.broker(leader).disk.copy();
  await of.pass(4_000);
  of.broker(leader).end('killed');
  of.broker(leader).disk.setBack(copy);
  of.broker(leader).start();
  await of.pass(1_000);
  expect(await of.row()).not.toMatchObject({ leader });
  stage.isOpen = false;
  await of.pass(15_000);
  expect([of.hasSaid('broker.directory.lost'), (await of.row()).isr.length]).toEqual([true, 3]);
  await of.check();
}, 60_000);

test('a leader whose log alone was set back has nobody give up what was committed, and another one leads', async () => {
  const of = await begin({});
  const { stage } = of;
  const { leader } = await of.row();
  const copy = of.broker(leader).disk.copy();
  await of.pass(4_000);
  stage.isOpen = false;
  await of.pass(8_000);
  setLogsBack(of.broker(leader), copy);
  of.broker(leader).start();
  await of.pass(15_000);
  const { isr } = await of.row();
  expect([of.hasSaid('partition.leader.lacks-committed'), of.hasSaid('partition.committed.lacking')]).toEqual(
    [true, true],
  );
  expect([of.hasSaid('truncated.below-high-watermark'), isr.length]).toEqual([false, 3]);
  await of.check();
}, 60_000);

test('where nobody else may lead what was committed is kept, until an unclean election gives it the lead', async () => {
  const of = await begin({ 'min.insync.replicas': '1' });
  const { stage } = of;
  const { leader } = await of.row();
  const copy = of.broker(leader).disk.copy();
  await of.pass(4_000);
  stage.isOpen = false;
  await of.pass(8_000);
  const others = of.brokers.filter(({ brokerId }) => brokerId !== leader);
  for (const other of others) other.end('killed');
  await of.pass(5_000);
  expect((await of.row()).isr).toEqual([leader]);
  setLogsBack(of.broker(leader), copy);
  of.broker(leader).start();
  await of.pass(5_000);
  for (const other of others) other.start();
  await of.pass(15_000);
  expect([of.hasSaid('partition.committed.lacking'), of.hasSaid('truncated.below-high-watermark')]).toEqual([
    true,
    false,
  ]);
  expect(await of.row()).toMatchObject({ leader, isr: [leader] });

  of.broker(leader).end('killed');
  await of.pass(5_000);
  expect(await of.row()).toMatchObject({ leader: -1 });
  const { topicId } = await of.topic();
  const partitions = [{ topicId, partition: 0 }];
  const [outcome] = await of.cell.metadata.electAsked({ clusterId, kind: 'unclean', partitions });
  expect(outcome).toMatchObject({ ok: true, value: { leaderEpoch: (await of.row()).uncleanEpoch } });
  of.broker(leader).start();
  await of.pass(15_000);
  expect((await of.row()).isr).toHaveLength(3);
  await of.check();
}, 60_000);
