import { expect, test } from 'vitest';
import { produce } from './producer.ts';
import { compareReplicas } from './replicas.ts';
import { clusterId } from './simulated-cell.ts';
import { ThreeBrokers } from './three-brokers.ts';

/** A cell whose brokers keep little in memory, and read this much in a second for whoever is behind. */
async function playing(catchUpBytesPerSecMax: number) {
  const bounds = { tailCacheBytesMax: 4_096, catchUpBytesPerSecMax, replicaLagMsMax: 30_000 };
  const of = await ThreeBrokers.begin({ partitionCount: 2, bounds });
  const { world, stage } = of;
  stage.mayRefuse = true;
  stage.hasRestarted = true;
  for (const partition of stage.partitions)
    world.start(produce(stage, `producer-${partition}`, partition, false));
  await of.pass(3_000);
  return of;
}

async function areInSync(of: ThreeBrokers): Promise<boolean> {
  return (await of.topic()).partitions.every(({ isr }) => isr.length === 3);
}

async function endAll(of: ThreeBrokers): Promise<void> {
  const { world, brokers } = of;
  for (const broker of brokers) broker.end('stopped');
  await world.run(world.now + 30_000, () => brokers.every((broker) => !broker.isThere));
  const topic = await of.topic();
  for (const index of topic.partitions.keys()) {
    const disks = new Map(brokers.map((broker) => [broker.brokerId, broker.disk]));
    const during = async <T>(work: Promise<T>) => {
      await world.run(world.now + 10_000);
      return work;
    };
    await compareReplicas(disks, `${clusterId}/${topic.topicId}-${index}`, false, during);
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
  await of.check();
  await endAll(of);
  expect(cell.happened.of('catch-up')).toBeGreaterThan(0);
  expect(cell.happened.of('catch-up ended')).toBeGreaterThan(0);
}, 60_000);
