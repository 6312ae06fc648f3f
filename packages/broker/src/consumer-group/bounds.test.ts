import { describe, expect, test } from 'vitest';
import { ConsumerDriver, owning, places, topicId } from './consumer-driver.ts';
import { runNameMatch } from './name-match.ts';

function driverOf(settings: ConstructorParameters<typeof ConsumerDriver>[0] = {}): ConsumerDriver {
  const driver = new ConsumerDriver(settings);
  driver.setTopic('a', 2);
  return driver;
}

const byRegex = (pattern: string) => ({ subscribedTopicNames: null, subscribedTopicRegex: pattern });

describe('members', () => {
  test('beyond the bound are refused and leave nothing behind; who is in goes on, and makes room as it leaves', () => {
    const driver = driverOf({ membersMax: 2 });
    driver.come('first', ['a'], { instanceId: 'fixed' });
    const { memberEpoch } = driver.come('second', ['a']);
    const { length } = driver.log;
    const { bytes } = driver.account;
    expect(driver.come('third', ['a']).error).toBe('GROUP_MAX_SIZE_REACHED');
    expect(driver.log).toHaveLength(length);
    expect(driver.account.bytes).toBe(bytes);
    expect(driver.beat('second', memberEpoch).error).toBe('NONE');
    expect(driver.come('second', ['a']).error).toBe('NONE');
    driver.beat('first', -2, { instanceId: 'fixed' });
    expect(driver.come('back', ['a'], { instanceId: 'fixed' }).error).toBe('NONE');
    driver.beat('second', -1);
    expect(driver.come('third', ['a']).error).toBe('NONE');
  });

  test('a group with members is not deleted, and an emptied one is, with all that it was charged', () => {
    const driver = driverOf();
    const remove = () => {
      const { groupId, scope } = driver;
      const token = driver.put((shard, own) => shard.deleteGroup(driver.moment, own, scope, groupId));
      return driver.answer<{ errorCode: number }>(token)?.errorCode;
    };
    driver.come('first', ['a'], byRegex('a.*'), ['a']);
    driver.come('second', ['a']);
    expect(remove()).not.toBe(0);
    driver.beat('first', -1);
    driver.beat('second', -1);
    expect(remove()).toBe(0);
    expect(driver.account.bytes).toBe(0);
    driver.restart();
    expect(driver.told().epoch).toBe(0);
    expect(driver.account.bytes).toBe(0);
  });
});

describe('texts', () => {
  const long = 'x'.repeat(40_000);

  test.each([
    ['group id', { groupId: long }, 'INVALID_GROUP_ID'],
    ['member id', { memberId: long }, 'INVALID_REQUEST'],
    ['instance id', { instanceId: long }, 'INVALID_REQUEST'],
    ['rack id', { rackId: long }, 'INVALID_REQUEST'],
    ['subscription', { subscribedTopicNames: ['x'.repeat(1_000), 'y'] }, 'POLICY_VIOLATION'],
    ['regular expression', byRegex('x'.repeat(1_001)), 'INVALID_REGULAR_EXPRESSION'],
    ['assignor', { serverAssignor: long }, 'UNSUPPORTED_ASSIGNOR'],
  ])('too long a %s is refused, and nothing is kept of it', (_what, said, error) => {
    const driver = driverOf({ memberMetadataBytesMax: 1_000 });
    expect(driver.come('first', ['a'], said).error).toBe(error);
    expect(driver.log).toEqual([]);
    expect(driver.account.bytes).toBe(0);
  });

  test('a regular expression that is none, or grows as it is compiled, stands for nothing', () => {
    expect(runNameMatch({ pattern: 'a.*', names: ['ba', 'ab', 'a'] })).toEqual(['a', 'ab']);
    expect(runNameMatch({ pattern: '(', names: ['a'] })).toBeNull();
    expect(runNameMatch({ pattern: '((a{100}){100})', names: ['a'] })).toBeNull();
  });
});

describe('memory', () => {
  test('a member for which there is no room is refused before anything of it is kept', () => {
    const driver = driverOf();
    driver.account.bytesMax = 1_000;
    expect(driver.come('first', ['a']).error).toBe('POLICY_VIOLATION');
    expect(driver.limitsReached).toEqual(['groupBytesMax']);
    expect(driver.log).toEqual([]);
    expect(driver.account.bytes).toBe(0);
  });

  test('the topics that a regular expression stands for count, as it comes and as it is resolved again', () => {
    const driver = driverOf();
    const names = Array.from({ length: 1_000 }, (_, index) => `a-${index}`);
    driver.account.bytesMax = 20_000;
    expect(driver.come('first', [], byRegex('a.*'), names).error).toBe('POLICY_VIOLATION');
    expect(driver.account.bytes).toBe(0);
    const { memberEpoch } = driver.come('first', [], byRegex('a.*'), ['a']);
    driver.setTopic('b', 1);
    driver.advance(driver.settings.regexRefreshMsMin);
    expect(driver.beat('first', memberEpoch).patternDue).toBe('a.*');
    const { groupId, scope } = driver;
    const resolution = { groupId, memberId: 'first', pattern: 'a.*', topics: names };
    driver.put((shard, own) => shard.regexResolved(driver.moment, own, scope, resolution));
    expect(driver.account.bytes).toBeLessThan(20_000);
    expect(driver.beat('first', memberEpoch)).toMatchObject({ error: 'NONE', patternDue: null });
  });

  test('an assignment for which there is no room waits, and is made once there is', () => {
    const driver = driverOf();
    driver.setTopic('a', 1_000);
    driver.account.bytesMax = 20_000;
    const { memberEpoch, assignment, error } = driver.come('first', ['a']);
    expect(error).toBe('NONE');
    expect(assignment?.topicPartitions).toEqual([]);
    driver.account.bytesMax = 1_000_000;
    const told = driver.beat('first', memberEpoch, {
      topicPartitions: [],
      rebalanceTimeoutMs: 20_000,
      subscribedTopicNames: ['a'],
    });
    expect(told.assignment?.topicPartitions[0]?.partitions).toHaveLength(1_000);
  });

  test('whatever is taken is given back: by leaving, by a session’s end, and by the shard’s', () => {
    const driver = driverOf();
    const empty = (() => {
      driver.come('first', ['a']);
      driver.beat('first', -1);
      return driver.account.bytes;
    })();
    driver.come('first', ['a', 'b'], byRegex('a.*'), ['a', 'b']);
    const { memberEpoch } = driver.come('second', ['a']);
    driver.beat('first', 0, { topicPartitions: owning([`${topicId('a')}/0`]) });
    driver.beat('second', memberEpoch);
    expect(driver.account.bytes).toBeGreaterThan(empty);
    driver.beat('second', -1);
    driver.advance(45_000);
    expect(driver.account.bytes).toBe(empty);
    driver.come('third', ['a']);
    driver.shard.dispose();
    expect(driver.account.bytes).toBe(0);
  });
});

test('many members at once cost one assignment in its interval, and are told to come back soon', () => {
  const driver = driverOf({ consumerAssignmentIntervalMs: 1_000 });
  driver.come('first', ['a']);
  const second = driver.come('second', ['a']);
  expect(driver.told()).toMatchObject({ epoch: 2, assignmentEpoch: 1 });
  expect(second.heartbeatIntervalMs).toBe(1_000);
  expect(places(second.assignment?.topicPartitions ?? [])).toEqual([]);
  driver.advance(1_000);
  driver.beat('second', second.memberEpoch);
  expect(driver.told().assignmentEpoch).toBe(2);
});
