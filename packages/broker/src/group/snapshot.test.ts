import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { createSeededRandom, type SeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { LogReplay } from '../coordinator/log-replay.ts';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import { snapshotMark } from '../coordinator/snapshot-records.ts';
import { Account } from '../memory/account.ts';
import { GroupDriver } from './group-driver.ts';
import { defaultGroupSettings } from './settings.ts';
import { GroupCoordinatorShard } from './shard.ts';

const account = new Account(Number.MAX_SAFE_INTEGER);

function emptyShard(): GroupCoordinatorShard {
  return new GroupCoordinatorShard({
    settings: defaultGroupSettings,
    admission: () => 'now',
    hasCluster: () => true,
    topicIdOf: () => zeroUuid,
    topicOf: () => null,
    topicNameOf: () => null,
    topicsVersion: () => 1,
    accountOf: () => account,
    limitReached: () => undefined,
    shareChanged: () => undefined,
    newUuid: () => 'uuid',
  });
}

/** All that is durable in a shard, in an order of its own. */
function contents(shard: GroupCoordinatorShard): string[] {
  return [...shard.snapshot()]
    .map(({ key, value }) => `${key.toString('hex')} ${value?.toString('hex') ?? 'null'}`)
    .sort();
}

/** Something that happens to one of a few groups: members come, assign, commit and go, groups are deleted. */
function happen(driver: GroupDriver, random: SeededRandom, members: Map<string, string[]>): void {
  driver.groupId = `group-${random.integer(1, 4)}`;
  const ids = members.get(driver.groupId) ?? [];
  const fate = random.next();
  if (fate < 0.35) driver.commitOffset(random.integer(1, 1_000), { topic: `topic-${random.integer(1, 5)}` });
  else if (fate < 0.5 && ids.length === 0) {
    const joined = driver.stableGroup({}, random.chance(0.5) ? { instance: 'fixed' } : {});
    members.set(driver.groupId, [...joined.ids]);
    driver.commitOffset(random.integer(1, 1_000), {
      memberId: joined.ids[0] ?? '',
      generationId: joined.generationId,
    });
  } else if (fate < 0.6 && ids.length > 0) {
    driver.join({ memberId: ids[0] ?? '', protocols: { range: `topics ${random.integer(1, 9)}` } });
  } else if (fate < 0.75) {
    driver.leave(...ids.map((memberId) => ({ memberId })));
    members.delete(driver.groupId);
  } else if (fate < 0.85) {
    driver.put((shard, token) => shard.deleteGroup(driver.moment, token, driver.scope, driver.groupId));
  } else if (fate < 0.95) {
    const topic = `topic-${random.integer(1, 5)}`;
    driver.deleteTopic(topic);
    driver.deletedTopics.delete(topic);
  } else driver.advance(random.pick([1_000, 70_000, 4 * 24 * 3_600_000]));
}

interface Entry {
  readonly record: CoordinatorRecord;
  readonly isOfSnapshot: boolean;
}

/** A log of ordinary records, with snapshots among them that were written a few records at a time. */
function history(seed: number): { readonly log: Entry[]; readonly shard: GroupCoordinatorShard } {
  const random = createSeededRandom(seed);
  const driver = new GroupDriver({ initialRebalanceDelayMs: 0 });
  const members = new Map<string, string[]>();
  const log: Entry[] = [];
  let told = 0;
  let running: { readonly beginOffset: number; readonly records: Iterator<CoordinatorRecord> } | null = null;
  const write = (record: CoordinatorRecord) => log.push({ record, isOfSnapshot: true });
  for (let step = 0; step < 120; step += 1) {
    happen(driver, random, members);
    for (const record of driver.log.slice(told)) log.push({ record, isOfSnapshot: false });
    told = driver.log.length;
    if (running === null) {
      if (!random.chance(0.2)) continue;
      running = { beginOffset: log.length, records: driver.shard.snapshot()[Symbol.iterator]() };
      write(snapshotMark({ kind: 'begin' }));
    }
    for (let count = random.integer(0, 4); count > 0; count -= 1) {
      const next = running.records.next();
      if (next.done === true) {
        write(snapshotMark({ kind: 'end', beginOffset: running.beginOffset }));
        running = null;
        break;
      }
      write(next.value);
    }
    // The broker has ended and begun again: nobody ever finishes this one.
    if (random.chance(0.05)) running = null;
  }
  return { log, shard: driver.shard };
}

test('a log with snapshots adds up to what it adds up to without them, wherever it ends', () => {
  let whole = 0;
  for (let seed = 1; seed <= 25; seed += 1) {
    const { log, shard } = history(seed);
    const plain = emptyShard();
    for (const [end, { record, isOfSnapshot }] of log.entries()) {
      if (!isOfSnapshot) plain.replay(record, end);
      if (end % 23 !== seed % 23 && end !== log.length - 1) continue;
      const replay = new LogReplay(emptyShard);
      for (const [offset, entry] of log.slice(0, end + 1).entries()) replay.replay(entry.record, offset);
      const { state } = replay.finish();
      expect(contents(state), `seed ${seed}, end ${end}`).toEqual(contents(plain));
      state.dispose();
    }
    expect(contents(plain)).toEqual(contents(shard));
    plain.dispose();
    whole += log.filter(({ record }) => record.key.length === 3 && record.key.readInt8(2) === 1).length;
  }
  // What was loaded and given up again is charged to nobody.
  expect(account.bytes).toBe(0);
  expect(whole).toBeGreaterThan(25);
});

test('what lies before a whole snapshot is not needed', () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const { log, shard } = history(seed);
    const lastEnd = log.findLastIndex(
      ({ record }) => record.key.length === 3 && record.key.readInt8(2) === 1,
    );
    const beginOffset = Number(log[lastEnd]?.record.value?.readBigInt64BE(2) ?? 0);
    const replay = new LogReplay(emptyShard);
    for (const [offset, entry] of log.entries()) {
      if (offset >= beginOffset) replay.replay(entry.record, offset);
    }
    const { state } = replay.finish();
    expect(contents(state), `seed ${seed}`).toEqual(contents(shard));
    state.dispose();
  }
});
