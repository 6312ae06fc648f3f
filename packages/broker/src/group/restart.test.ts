import { expect, test } from 'vitest';
import { GroupDriver } from './group-driver.ts';

test('members go on without a rebalance after a restart of the coordinator', () => {
  const driver = new GroupDriver();
  const { ids, generationId } = driver.stableGroup({}, {}, { instance: 'fixed' });
  driver.advance(9_000);
  driver.restart();
  driver.advance(9_000);
  ids.forEach((id, index) => {
    const instance = index === 2 ? 'fixed' : null;
    expect(driver.heartbeat(id, generationId, instance)).toBe('NONE');
    expect(driver.synced(driver.sync(id, generationId, {}, instance)).assignment).toBe(`assignment-${index}`);
  });
});

test('sessions start anew after a restart, and then run out', () => {
  const driver = new GroupDriver();
  const { ids, generationId } = driver.stableGroup({});
  driver.advance(9_000);
  driver.restart();
  driver.advance(9_999);
  expect(driver.heartbeat(ids[0] ?? '', generationId)).toBe('NONE');
  driver.restart();
  driver.advance(10_000);
  expect(driver.heartbeat(ids[0] ?? '', generationId)).toBe('UNKNOWN_MEMBER_ID');
});

test('a rebalance that a crash interrupts leaves the last committed generation', () => {
  const driver = new GroupDriver();
  const { ids, generationId } = driver.stableGroup({}, {});
  const [leader = '', other = ''] = ids;
  driver.join({ memberId: leader });
  driver.join({ memberId: other });
  driver.isPrompt = false;
  driver.sync(leader, generationId + 1, { [leader]: 'new' });
  driver.crash();
  driver.isPrompt = true;
  expect(driver.heartbeat(leader, generationId + 1)).toBe('ILLEGAL_GENERATION');
  expect(driver.heartbeat(leader, generationId)).toBe('NONE');
  expect(driver.synced(driver.sync(leader, generationId)).assignment).toBe('assignment-0');
});

test('a group larger than the bound now allows is rebalanced when it is loaded', () => {
  const driver = new GroupDriver({ membersMax: 3 });
  const { ids, generationId } = driver.stableGroup({}, {}, {});
  const smaller = new GroupDriver({ membersMax: 2 });
  smaller.log = driver.log;
  smaller.now = driver.now;
  smaller.restart();
  expect(smaller.heartbeat(ids[0] ?? '', generationId)).toBe('REBALANCE_IN_PROGRESS');
});

test('the log tells the same story however often it is replayed', () => {
  const driver = new GroupDriver();
  const { ids } = driver.stableGroup({}, {});
  driver.commitOffset(3, { memberId: ids[0] ?? '', generationId: 1 });
  driver.leave({ memberId: ids[0] ?? '' }, { memberId: ids[1] ?? '' });
  driver.log = [...driver.log, ...driver.log];
  driver.restart();
  expect(driver.committed()).toBe(3);
  expect(driver.heartbeat(ids[0] ?? '', 1)).toBe('UNKNOWN_MEMBER_ID');
});
