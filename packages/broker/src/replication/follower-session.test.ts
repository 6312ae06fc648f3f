import { expect, test } from 'vitest';
import { highWatermarkToldMs } from '../cell-limits.ts';
import { LeaderForTests } from '../testing/follower-for-tests.ts';

test('the tail’s connection brings nothing from disk: it says once that the partition is to be asked for elsewhere', async () => {
  const leader = new LeaderForTests();
  const partition = await leader.lead('moved');
  await leader.append(partition, 20);
  const reads = leader.reads;
  const tail = leader.connect('tail');
  expect(await tail.ask({ moved: 0 })).toMatchObject([{ topicId: 'moved', bytes: 0, lane: 'catch-up' }]);
  await leader.append(partition, 1);
  expect(await tail.ask({})).toEqual([]);
  expect(leader.reads).toBe(reads);
});

test('what lies on disk comes on the other connection, up to what one answer from memory brings, which is the tail’s', async () => {
  const leader = new LeaderForTests({ cacheBytes: 8 * 512 });
  const partition = await leader.lead('moved');
  await leader.append(partition, 100);
  const [catchUp, tail] = [leader.connect('catch-up'), leader.connect('tail')];
  let [end, said] = [0, 0];
  for (let lane = 'any'; lane !== 'tail'; ) {
    said += 1;
    const [told] = await catchUp.ask({ moved: end }, said, 2_000);
    expect(told?.lane === 'tail' || (told?.end ?? 0) > end).toBe(true);
    end = Math.max(end, told?.end ?? 0);
    lane = told?.lane ?? 'any';
  }
  expect(end).toBeGreaterThan(90);
  expect(await tail.ask({ moved: end }, said + 1)).toMatchObject([{ end: 100, lane: 'any' }]);
});

test('a follower that has all there is goes back to the tail’s connection', async () => {
  const leader = new LeaderForTests();
  const partition = await leader.lead('moved');
  await leader.append(partition, 3);
  const catchUp = leader.connect('catch-up');
  expect(await catchUp.ask({ moved: 0 })).toMatchObject([{ end: 3, lane: 'any' }]);
  expect(await catchUp.ask({ moved: 3 }, 2)).toMatchObject([{ bytes: 0, lane: 'tail' }]);
});

test('a follower that knows of no lanes gets from memory and from disk on one connection', async () => {
  const leader = new LeaderForTests({ cacheBytes: 8 * 512 });
  const partition = await leader.lead('moved');
  await leader.append(partition, 40);
  const any = leader.connect('any');
  const ends: number[] = [];
  for (let end = 0; end < 40; ends.push(end)) {
    const [told] = await any.ask({ moved: end }, 0, 2_000);
    expect(told?.lane).toBe('any');
    end = Math.max(end, told?.end ?? 0);
  }
  expect(ends.length).toBeGreaterThan(3);
});

/** Fetches until all is there; how long that took, milliseconds. */
async function caughtUpMs(leader: LeaderForTests, count: number): Promise<number> {
  const catchUp = leader.connect('catch-up');
  const began = leader.engine.world.now;
  let [end, said] = [0, 0];
  while (end < count) {
    said += 1;
    const [told] = await catchUp.ask({ moved: end }, said, 10_000);
    end = Math.max(end, told?.end ?? 0);
  }
  return leader.engine.world.now - began;
}

test('replicas that are not in sync have their share of the disk, and no more', async () => {
  const leader = new LeaderForTests({ catchUpBytesPerSec: 50_000 });
  const partition = await leader.lead('moved');
  await leader.append(partition, 100, 2_000);
  const tookMs = await caughtUpMs(leader, 100);
  expect(leader.budget.bytesRead).toBeGreaterThan(200_000);
  // Less what may be read at once, and the last read, which is paid for by nobody.
  expect(tookMs).toBeGreaterThan(((leader.budget.bytesRead - 20_000) / 50_000) * 1_000);
  expect(tookMs).toBeLessThan((leader.budget.bytesRead / 50_000) * 1_000 + 500);
});

test('a member of the ISR, for which acks=all waits, is not kept waiting for a share', async () => {
  const leader = new LeaderForTests({ isr: [1, 2], catchUpBytesPerSec: 1_000 });
  const partition = await leader.lead('moved');
  await leader.append(partition, 100, 2_000);
  expect(await caughtUpMs(leader, 100)).toBeLessThan(5_000);
  expect(leader.budget.bytesRead).toBe(0);
});

test('one tenant’s partition is read after the other’s, however many one of them has and however long they are', async () => {
  const leader = new LeaderForTests({ catchUpBytesPerSec: 100_000 });
  const many = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
  for (const topicId of many) await leader.append(await leader.lead(topicId, 'lkc-a'), 20, 2_000);
  await leader.append(await leader.lead('b', 'lkc-b'), 5, 2_000);
  const catchUp = leader.connect('catch-up');
  const order: string[] = [];
  let asked: Record<string, number> = Object.fromEntries([...many, 'b'].map((topicId) => [topicId, 0]));
  for (let said = 1; said <= 10; said += 1) {
    // One batch an answer.
    const told = (await catchUp.ask(asked, said, 1)).filter(({ end }) => end >= 0);
    order.push(...told.map(({ topicId }) => topicId));
    asked = Object.fromEntries(told.map(({ topicId, end }) => [topicId, end]));
  }
  expect(order).toEqual(['a1', 'b', 'a2', 'b', 'a3', 'b', 'a4', 'b', 'a5', 'b']);
});

test('a word that comes late on the connection that was left does not take the follower’s position back', async () => {
  const leader = new LeaderForTests({ isr: [1, 2], cacheBytes: 1 << 20 });
  const partition = await leader.lead('moved');
  await leader.append(partition, 3);
  const [tail, catchUp] = [leader.connect('tail'), leader.connect('catch-up')];
  await tail.ask({ moved: 3 }, 7);
  expect(partition.highWatermark).toBe(3);
  const late = catchUp.asks({ moved: 0 }, 6);
  const next = tail.asks({}, 8);
  await leader.append(partition, 1);
  expect(tail.taken(await leader.engine.run(next))).toMatchObject([{ end: 4 }]);
  expect(catchUp.taken(await leader.engine.run(late))).toEqual([]);
});

test('asked for on another connection, a partition is served on that one only', async () => {
  const leader = new LeaderForTests({ cacheBytes: 1 << 20 });
  const partition = await leader.lead('moved');
  const [tail, catchUp] = [leader.connect('tail'), leader.connect('catch-up')];
  const left = catchUp.asks({ moved: 0 }, 1);
  await leader.engine.run(left);
  const nothing = catchUp.asks({}, 2);
  const asked = tail.asks({ moved: 0 }, 3);
  await leader.append(partition, 1);
  expect(tail.taken(await leader.engine.run(asked))).toMatchObject([{ end: 1 }]);
  expect(catchUp.taken(await leader.engine.run(nothing))).toEqual([]);
  expect(partition.logWatchers.size).toBe(1);
});

test('a connection that ends lets go of what it had, and nothing is said on it any more', async () => {
  const leader = new LeaderForTests({ cacheBytes: 1 << 20 });
  const partition = await leader.lead('moved');
  const tail = leader.connect('tail');
  await tail.ask({ moved: 0 });
  expect(partition.logWatchers.size).toBe(1);
  tail.session.close();
  expect([partition.logWatchers.size, partition.watchers.size]).toEqual([0, 0]);
});

test('a follower hears in a moment of what it has made committed itself, also where nothing more is appended', async () => {
  const leader = new LeaderForTests({ isr: [1, 2], cacheBytes: 1 << 20 });
  const partition = await leader.lead('moved');
  await leader.append(partition, 2);
  const tail = leader.connect('tail');
  const beganMs = leader.engine.world.now;
  expect(await tail.ask({ moved: 2 })).toMatchObject([{ bytes: 0, highWatermark: 2 }]);
  expect(leader.engine.world.now - beganMs).toBeLessThan(2 * highWatermarkToldMs);
});

test('a follower that has missed a deletion hears of it as soon as it says where its log begins, though nothing is new', async () => {
  const leader = new LeaderForTests({ isr: [1, 2], cacheBytes: 1 << 20 });
  const partition = await leader.lead('moved');
  await leader.append(partition, 2);
  const tail = leader.connect('tail');
  expect(await tail.ask({ moved: 2 })).toMatchObject([{ highWatermark: 2 }]);
  await leader.engine.run(partition.log?.deleteBefore(1) ?? Promise.reject());
  expect(await tail.ask({ moved: 2 }, 2)).toMatchObject([{ bytes: 0, highWatermark: 2 }]);
});

test('a request that takes the place of the one that waits has what moved told at once', async () => {
  const leader = new LeaderForTests({ isr: [1, 2], cacheBytes: 1 << 20 });
  const partition = await leader.lead('moved');
  const tail = leader.connect('tail');
  await tail.ask({ moved: 0 });
  const waits = tail.asks({}, 2);
  // Durable here only: nothing is told of it until the follower has it as well.
  await leader.append(partition, 1);
  expect(tail.taken(await leader.engine.run(waits))).toMatchObject([{ end: 1, highWatermark: 0 }]);
  const first = tail.asks({ moved: 0 }, 3);
  void tail.asks({ moved: 1 }, 4);
  expect(tail.taken(await leader.engine.run(first))).toMatchObject([{ bytes: 0, highWatermark: 1 }]);
});

test('a follower whose history is not the leader’s is not told what is committed before it has cut its log', async () => {
  const leader = new LeaderForTests({ isr: [1], cacheBytes: 1 << 20 });
  for (const topicId of ['first', 'parted']) await leader.append(await leader.lead(topicId), 3);
  const tail = leader.connect('tail');
  // The answer is full before it comes to the second partition.
  const told = await tail.ask({ first: 0, parted: 5 }, 1, 1);
  expect(told.map(({ topicId }) => topicId)).toEqual(['first']);
  const parted = await tail.ask({}, 2);
  expect(parted).toMatchObject([{ topicId: 'parted', bytes: 0 }]);
});
