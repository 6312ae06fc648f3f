import { describe, expect, test, vi } from 'vitest';
import { segmentFile } from '../log/segment.ts';
import { dir } from '../testing/log-for-tests.ts';
import { ShardForTests, textRecord } from '../testing/shard-for-tests.ts';

const distance = 2_000;

async function filled(rounds: number): Promise<ShardForTests> {
  const shard = new ShardForTests({ snapshotDistanceBytes: distance });
  for (let round = 0; round < rounds; round += 1) {
    await shard.write(textRecord(`key ${round % 7}`, `text ${round}`), textRecord('gone', `${round}`));
    if (round % 3 === 0) await shard.write(textRecord('gone', null));
  }
  await shard.settled();
  return shard;
}

describe('a coordinator’s log', () => {
  test('is written anew and cut as it grows, so that it stays as small as the state, and adds up to it', async () => {
    const shard = await filled(500);
    const { log } = shard.partition;
    expect(log?.endOffset).toBeGreaterThan(1_000);
    expect(log?.startOffset).toBeGreaterThan(900);
    expect(log?.sizeBytes).toBeLessThan(3 * distance);
    const texts = await shard.texts();
    const next = await shard.restarted();
    expect(await next.texts()).toEqual(texts);
    expect(texts['key 0']).toBe('text 497');
    const files = (await shard.engine.list(dir)).filter((name) => name.endsWith('.log'));
    expect(files.length).toBeLessThan(4);
  });

  test('is also cut where it has grown in a life without snapshots', async () => {
    const old = new ShardForTests({ snapshotDistanceBytes: Number.MAX_SAFE_INTEGER });
    for (let round = 0; round < 200; round += 1) await old.write(textRecord('key', `text ${round}`));
    const shard = await old.restarted({ snapshotDistanceBytes: distance });
    expect(await shard.texts()).toEqual({ key: 'text 199' });
    await shard.settled();
    expect(shard.partition.log?.startOffset).toBe(200);
    const next = await shard.restarted({ snapshotDistanceBytes: distance });
    expect(await next.texts()).toEqual({ key: 'text 199' });
  });

  test('holds what is decided while a snapshot is written, whichever of the two comes first to a key', async () => {
    const old = new ShardForTests({ snapshotDistanceBytes: Number.MAX_SAFE_INTEGER });
    const count = 4_000;
    await old.write(
      ...Array.from({ length: count }, (_, index) => textRecord(`key ${index}`, 'x'.repeat(100))),
    );
    const shard = await old.restarted({ snapshotDistanceBytes: distance });
    await shard.texts();
    const answers: Promise<unknown>[] = [];
    for (let round = 0; shard.partition.log?.startOffset === 0; round += 1) {
      // Each key changes once, somewhere: a later change would mend what the snapshot had wrong.
      const changes = Array.from({ length: round < 400 ? 10 : 0 }, (_, index) => {
        const key = `key ${((round * 10 + index) * 37) % count}`;
        return textRecord(key, round % 2 === 0 ? null : `text ${round}`);
      });
      answers.push(shard.begin(...changes));
      await shard.engine.pass(0.2);
    }
    expect(answers.length).toBeGreaterThan(20);
    await shard.engine.run(Promise.all(answers));
    const texts = await shard.texts();
    const next = await shard.restarted();
    expect(await next.texts()).toEqual(texts);
  });

  test('survives a power cut at any moment of a snapshot', async () => {
    for (let cutMs = 0; cutMs < 40; cutMs += 1) {
      const old = new ShardForTests({ snapshotDistanceBytes: Number.MAX_SAFE_INTEGER });
      const records = Array.from({ length: 3_000 }, (_, index) => textRecord(`key ${index}`, 'x'.repeat(50)));
      await old.write(...records);
      const shard = await old.restarted({ snapshotDistanceBytes: distance });
      await shard.texts();
      await shard.engine.pass(cutMs / 4);
      const next = shard.powerCut();
      expect(Object.keys(await next.texts()).length, `${cutMs}`).toBe(3_000);
    }
  });
});

describe('loading', () => {
  test('gives way: a long log is read in turns', async () => {
    const old = new ShardForTests({ snapshotDistanceBytes: Number.MAX_SAFE_INTEGER });
    const text = 'x'.repeat(100);
    await old.write(...Array.from({ length: 20_000 }, (_, index) => textRecord(`key ${index}`, text)));
    const shard = await old.restarted();
    const turns = vi.spyOn(shard.engine.clock, 'soon');
    expect(Object.keys(await shard.texts())).toHaveLength(20_000);
    expect(turns.mock.calls.length).toBeGreaterThanOrEqual(20);
  });

  test('that takes longer than a moment is told to clients, who come again', async () => {
    const old = new ShardForTests();
    await old.write(textRecord('key', 'text'));
    const shard = await old.restarted();
    const release = shard.holdOpening();
    const beganMs = shard.engine.clock.monotonicMs();
    expect(await shard.write()).toEqual({ ok: false, error: 'COORDINATOR_LOAD_IN_PROGRESS' });
    expect(shard.engine.clock.monotonicMs() - beganMs).toBeCloseTo(100, 0);
    expect(await shard.write()).toEqual({ ok: false, error: 'COORDINATOR_LOAD_IN_PROGRESS' });
    expect(shard.engine.clock.monotonicMs() - beganMs).toBeCloseTo(100, 0);
    release();
    await shard.settled();
    expect(await shard.texts()).toEqual({ key: 'text' });
  });

  test('passes over what is damaged, says where, and takes the rest', async () => {
    const old = new ShardForTests({ snapshotDistanceBytes: Number.MAX_SAFE_INTEGER });
    const positions: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      positions.push(old.partition.log?.sizeBytes ?? 0);
      await old.write(textRecord(`key ${index}`, 'text'));
    }
    const shard = await old.restarted();
    await shard.engine.flip(segmentFile(dir, 0, 'log'), (positions[2] ?? 0) + 75);
    expect(Object.keys(await shard.texts())).toEqual(['key 0', 'key 1', 'key 3', 'key 4']);
    const line = shard.engine.lines.find(({ event }) => event === 'coordinator.log.damaged');
    expect(line?.fields).toEqual({ dir, segment: 0, position: positions[2] });
  });

  test('passes over a record that the state cannot read, says where, and takes the rest', async () => {
    const old = new ShardForTests();
    for (const key of ['one', 'poison', 'two']) await old.write(textRecord(key, 'text'));
    const shard = await old.restarted({ poison: 'poison' });
    expect(Object.keys(await shard.texts())).toEqual(['one', 'two']);
    const line = shard.engine.lines.find(({ event }) => event === 'coordinator.record.unreadable');
    expect(line?.fields).toEqual({ dir, offset: 1 });
  });
});
