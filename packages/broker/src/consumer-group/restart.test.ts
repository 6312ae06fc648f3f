import { createSeededRandom, type SeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import { ConsumerDriver, joining, owning, places, topicId } from './consumer-driver.ts';
import { partitionsOf } from './partitions.ts';

/** Takes up a log, or a snapshot, as the next coordinator of the same topics. */
function loadedFrom(driver: ConsumerDriver, records: Iterable<CoordinatorRecord>): ConsumerDriver {
  const next = new ConsumerDriver(driver.settings);
  for (const [name, topic] of driver.topics) next.topics.set(name, topic);
  next.now = driver.now;
  next.log = [...records];
  next.restart();
  return next;
}

/** One of a few members comes, is heard of with or without what it should own, goes, or goes away. */
function happen(driver: ConsumerDriver, random: SeededRandom): void {
  const memberId = `m${random.integer(1, 4)}`;
  const instanceId = memberId === 'm1' ? 'fixed' : null;
  const current = driver.told().currents.get(memberId);
  const memberEpoch = current?.epoch ?? 0;
  const fate = random.next();
  if (fate < 0.2 || memberEpoch <= 0) {
    const regex = random.pick([null, 'a.*', 'b']);
    const said = { ...joining(['a', 'c']), instanceId, subscribedTopicRegex: regex };
    driver.beat(memberId, 0, said, regex === null ? null : [random.pick(['a', 'b'])]);
  } else if (fate < 0.3) driver.beat(memberId, -1, { instanceId });
  else if (fate < 0.4) driver.beat(memberId, instanceId === null ? -1 : -2, { instanceId });
  else if (fate < 0.5) driver.setTopic(random.pick(['a', 'b', 'c']), random.integer(0, 6));
  else if (fate < 0.6) driver.advance(random.pick([100, 9_000]));
  else {
    const held = partitionsOf(current?.assigned ?? new Map());
    const listed = Array.from(held, ([id, partitions]) => ({ topicId: id, partitions }));
    const topicPartitions = random.chance(0.5) ? owning(places(listed)) : null;
    driver.beat(memberId, memberEpoch, { instanceId, topicPartitions });
  }
}

test('what the log tells, and what a snapshot tells, is the group as it was', () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = createSeededRandom(seed);
    const driver = new ConsumerDriver();
    driver.setTopic('a', 4);
    for (let step = 0; step < 60; step += 1) {
      happen(driver, random);
      const told = driver.told();
      for (const { state, epoch } of told.currents.values()) seen.add(epoch < 0 ? 'away' : state);
      if (told.regexes.size > 0) seen.add('regex');
      if (step % 10 !== 9) continue;
      expect(loadedFrom(driver, driver.log).told(), `log of seed ${seed}`).toEqual(told);
      const loaded = loadedFrom(driver, driver.shard.snapshot());
      expect(loaded.told(), `snapshot of seed ${seed}`).toEqual(told);
      expect(loaded.account.bytes).toBe(driver.account.bytes);
    }
  }
  expect([...seen].sort()).toEqual(['away', 'regex', 'stable', 'unreleased', 'unrevoked']);
});

/** `first` is to let go of one of two partitions, for which `second` waits. */
function givingBack() {
  const driver = new ConsumerDriver();
  driver.setTopic('a', 2);
  const { memberEpoch } = driver.come('first', ['a']);
  const second = driver.come('second', ['a']);
  const told = driver.beat('first', memberEpoch);
  const kept = told.assignment ? places(told.assignment.topicPartitions) : [];
  return { driver, memberEpoch, second, kept };
}

test('a partition that is being given back is nobody else’s after a restart, until it is given back', () => {
  const { driver, memberEpoch, second, kept } = givingBack();
  driver.restart();
  expect(driver.beat('second', second.memberEpoch).assignment).toBeNull();
  driver.beat('first', memberEpoch, { topicPartitions: owning(kept) });
  const got = driver.beat('second', second.memberEpoch).assignment?.topicPartitions ?? [];
  expect([...places(got), ...kept].sort()).toEqual([`${topicId('a')}/0`, `${topicId('a')}/1`]);
});

test('who was to give back has its rebalance time anew after a restart, and then is out', () => {
  const { driver, memberEpoch } = givingBack();
  driver.advance(15_000);
  driver.restart();
  driver.advance(19_999);
  expect(driver.beat('first', memberEpoch).error).toBe('NONE');
  driver.advance(1);
  expect(driver.beat('first', memberEpoch).error).toBe('UNKNOWN_MEMBER_ID');
});

test('sessions start anew after a restart, and then run out', () => {
  const driver = new ConsumerDriver();
  driver.setTopic('a', 2);
  const { memberEpoch } = driver.come('first', ['a']);
  driver.advance(40_000);
  driver.restart();
  driver.advance(44_999);
  expect(driver.beat('first', memberEpoch)).toMatchObject({ error: 'NONE', memberEpoch });
  driver.restart();
  driver.advance(45_000);
  expect(driver.beat('first', memberEpoch).error).toBe('UNKNOWN_MEMBER_ID');
});
