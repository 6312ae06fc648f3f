import { expect, test } from 'vitest';
import { type Beaten, ConsumerDriver, places, topicId } from './consumer-driver.ts';

function given({ assignment }: Beaten): string[] | null {
  return assignment ? places(assignment.topicPartitions) : null;
}

function all(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, partition) => `${topicId(name)}/${partition}`);
}

function driverOf(): ConsumerDriver {
  const driver = new ConsumerDriver();
  driver.setTopic('a', 2);
  return driver;
}

/** The member's regular expression is resolved as the broker does it when it is due. */
function resolve(driver: ConsumerDriver, memberId: string, pattern: string, topics: readonly string[]) {
  const { groupId, scope } = driver;
  const resolution = { groupId, memberId, pattern, topics };
  const token = driver.put((shard, own) => shard.regexResolved(driver.moment, own, scope, resolution));
  return driver.answer<number>(token);
}

test('new partitions, a topic that comes later, and one that goes reach the member with its next heartbeat', () => {
  const driver = driverOf();
  const { memberEpoch } = driver.come('first', ['a', 'later']);
  driver.setTopic('a', 3);
  expect(given(driver.beat('first', memberEpoch))).toEqual(all('a', 3));
  driver.setTopic('later', 1);
  expect(given(driver.beat('first', memberEpoch + 1))).toEqual([...all('a', 3), ...all('later', 1)].sort());
  driver.setTopic('a', 0);
  expect(given(driver.beat('first', memberEpoch + 2))).toEqual(all('later', 1));
});

test('a topic that nobody subscribes to changes nothing', () => {
  const driver = driverOf();
  const { memberEpoch } = driver.come('first', ['a']);
  const length = driver.log.length;
  driver.setTopic('other', 3);
  expect(driver.beat('first', memberEpoch)).toMatchObject({ memberEpoch, assignment: null });
  expect(driver.log).toHaveLength(length);
});

test('a topic that is made anew under its name is another', () => {
  const driver = driverOf();
  const { memberEpoch } = driver.come('first', ['a']);
  driver.topics.set('a', { topicId: topicId('new'), partitionCount: 2 });
  driver.topicsVersion += 1;
  driver.beat('first', memberEpoch);
  expect(given(driver.beat('first', memberEpoch, { topicPartitions: [] }))).toEqual(all('new', 2));
});

test('a new topic that a regular expression stands for reaches the group without a restart', () => {
  const driver = driverOf();
  const said = { subscribedTopicNames: null, subscribedTopicRegex: 'a.*' };
  const { memberEpoch, patternDue } = driver.come('first', [], said, ['a']);
  expect(patternDue).toBeNull();
  driver.setTopic('ab', 1);
  expect(driver.beat('first', memberEpoch).patternDue).toBeNull();
  driver.advance(driver.settings.regexRefreshMsMin);
  expect(driver.beat('first', memberEpoch).patternDue).toBe('a.*');
  expect(resolve(driver, 'first', 'a.*', ['a', 'ab'])).toBe(0);
  const told = driver.beat('first', memberEpoch);
  expect(told.patternDue).toBeNull();
  expect(given(told)).toEqual([...all('a', 2), ...all('ab', 1)].sort());
});

test('a regular expression is resolved again now and then even if no topic changes, and by a new coordinator', () => {
  const driver = driverOf();
  const said = { subscribedTopicNames: null, subscribedTopicRegex: 'a.*' };
  const { memberEpoch } = driver.come('first', [], said, ['a']);
  driver.restart();
  expect(driver.beat('first', memberEpoch).patternDue).toBe('a.*');
  resolve(driver, 'first', 'a.*', ['a']);
  for (let passed = 0; passed < driver.settings.regexRefreshMsMax; passed += 20_000) {
    expect(driver.beat('first', memberEpoch).patternDue).toBeNull();
    driver.advance(20_000);
  }
  expect(driver.beat('first', memberEpoch).patternDue).toBe('a.*');
});

test('what a regular expression stood for is not taken for a member that says something else by now', () => {
  const driver = driverOf();
  const said = { subscribedTopicNames: null, subscribedTopicRegex: 'a.*' };
  const { memberEpoch } = driver.come('first', [], said, ['a']);
  driver.beat('first', memberEpoch, { subscribedTopicRegex: 'b' }, []);
  expect(resolve(driver, 'first', 'a.*', ['a'])).not.toBe(0);
  expect([...driver.told().regexes.keys()]).toEqual(['b']);
});
