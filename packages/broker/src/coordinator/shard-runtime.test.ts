import { batchBytes } from '@weir/kafka-protocol/record-batch';
import { expect, test } from 'vitest';
import { coordinatorBatchBytesMax, coordinatorWriteMsMax } from '../limits.ts';
import { noFaults } from '../simulation/faults.ts';
import { ShardForTests, textRecord } from '../testing/shard-for-tests.ts';

test('a decision larger than a batch is written as several, and is whole after a restart', async () => {
  const shard = new ShardForTests();
  const text = 'x'.repeat(1_000);
  const records = Array.from({ length: 5_000 }, (_, index) => textRecord(`key ${index}`, text));
  const answer = await shard.write(...records);
  expect(answer).toMatchObject({ ok: true, response: 'written' });
  expect(answer.ok && answer.bytesWritten).toBe(shard.partition.log?.sizeBytes);
  const [segment] = shard.partition.log?.segments ?? [];
  const bytes = Buffer.alloc(segment?.size ?? 0);
  await shard.engine.run((await shard.engine.run(segment?.file() ?? Promise.reject())).read(bytes, 0));
  const sizes: number[] = [];
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) sizes.push(batchBytes(bytes, at));
  expect(sizes.length).toBeGreaterThan(4);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(coordinatorBatchBytesMax);
  const next = await shard.restarted();
  expect(Object.keys(await next.texts())).toHaveLength(5_000);
});

test('a machine that was dropped lets nothing expire and writes nothing any more', async () => {
  const shard = new ShardForTests({ messageBytesMax: 2_000 });
  await shard.write(textRecord('key', 'text'));
  const [dropped] = shard.machines;
  if (dropped === undefined) throw new Error('there is no machine');
  dropped.deadline = shard.engine.clock.monotonicMs() + 1_000;
  // Larger than the partition takes: a decision that cannot be recorded leaves the machine in doubt.
  expect(await shard.write(textRecord('key', 'x'.repeat(3_000)))).toMatchObject({ ok: false });
  await shard.engine.pass(5_000);
  expect(dropped.expired).toBe(0);
  expect(await shard.texts()).toEqual({ key: 'text' });
  expect(shard.machines).toHaveLength(2);
});

test('a deadline is passed when it is due by the clock that never jumps', async () => {
  const shard = new ShardForTests();
  await shard.write(textRecord('key', 'text'));
  const [machine] = shard.machines;
  if (machine === undefined) throw new Error('there is no machine');
  machine.deadline = shard.engine.clock.monotonicMs() + 1_000;
  await shard.write(textRecord('other', 'text'));
  await shard.engine.pass(500);
  expect(machine.expired).toBe(0);
  await shard.engine.pass(600);
  expect(machine.expired).toBe(1);
});

test('after a failed write the next machine knows what the log holds and nothing else', async () => {
  const shard = new ShardForTests();
  await shard.write(textRecord('kept', 'text'));
  shard.engine.disks.faults = { ...noFaults, syncErrorRate: 1 };
  const answers = [1, 2, 3].map((index) => shard.begin(textRecord(`lost ${index}`, 'text')));
  for (const answer of await shard.engine.run(Promise.all(answers)))
    expect(answer).toMatchObject({ ok: false });
  shard.engine.disks.faults = noFaults;
  await shard.engine.pass(3_000);
  const texts = await shard.texts();
  const next = await shard.restarted();
  expect(await next.texts()).toEqual(texts);
  expect(texts).toMatchObject({ kept: 'text' });
});

test('a write that is not committed in time is answered, and counts once it is', async () => {
  const shard = new ShardForTests();
  await shard.write(textRecord('before', 'text'));
  const { record } = shard.partition;
  // In sync by the store's word, and never heard of.
  shard.partition.applyRecord({ ...record, partitionEpoch: 1, replicas: [1, 2], isr: [1, 2] });
  const began = shard.engine.clock.monotonicMs();
  expect(await shard.write(textRecord('late', 'text'))).toEqual({
    ok: false,
    error: 'COORDINATOR_NOT_AVAILABLE',
  });
  expect(shard.engine.clock.monotonicMs() - began).toBeLessThan(coordinatorWriteMsMax + 100);
  expect(await shard.write(textRecord('more', 'text'))).toEqual({
    ok: false,
    error: 'COORDINATOR_LOAD_IN_PROGRESS',
  });
  shard.partition.applyRecord({ ...record, partitionEpoch: 2 });
  await shard.engine.pass(1_000);
  expect(await shard.texts()).toEqual({ before: 'text', late: 'text' });
});

test('a machine whose log could not be read, or that was dropped, comes back though nobody asks for it', async () => {
  const old = new ShardForTests({ messageBytesMax: 2_000 });
  await old.write(textRecord('key', 'text'));
  const shard = await old.restarted({ messageBytesMax: 2_000 });
  shard.engine.disks.faults = { ...noFaults, refusalRate: 1 };
  expect(await shard.engine.run(shard.runtime.start())).toBe(false);
  shard.engine.disks.faults = noFaults;
  await shard.engine.pass(10_000);
  expect(shard.runtime.machine?.texts.get('key')).toBe('text');
  expect(await shard.write(textRecord('key', 'x'.repeat(3_000)))).toMatchObject({ ok: false });
  expect(shard.runtime.machine).toBeNull();
  await shard.engine.pass(2_000);
  expect(shard.runtime.machine?.texts.get('key')).toBe('text');
});
