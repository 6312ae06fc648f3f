import { errorName } from '@weir/kafka-protocol/errors';
import { expect, test } from 'vitest';
import { places } from '../consumer-group/consumer-driver.ts';
import { ShareDriver } from './share-driver.ts';

const lockMs = 30_000;
const accept = 1;
const release = 2;

function grouped(partitionCount = 1): ShareDriver {
  const driver = new ShareDriver();
  driver.setTopic('a', partitionCount);
  driver.shareBeat('m1', 0, { subscribedTopicNames: ['a'] });
  return driver;
}

test('members share the partitions of what they subscribe to', () => {
  const driver = grouped(3);
  const second = driver.shareBeat('m2', 0, { subscribedTopicNames: ['a'] });
  expect(places(second.assignment?.topicPartitions ?? [])).toHaveLength(1);
  const first = driver.shareBeat('m1', 1);
  expect(first.memberEpoch).toBe(second.memberEpoch);
  expect(places(first.assignment?.topicPartitions ?? [])).toHaveLength(2);
  expect(driver.shareBeat('m1', first.memberEpoch).assignment).toBe(null);
});

test('each of more members than partitions has one', () => {
  const driver = grouped(1);
  const second = driver.shareBeat('m2', 0, { subscribedTopicNames: ['a'] });
  expect(places(second.assignment?.topicPartitions ?? [])).toHaveLength(1);
});

test('a member that is not heard of is out, and may come again', () => {
  const driver = grouped();
  driver.advance(45_000);
  expect(errorName(driver.shareBeat('m1', 1).errorCode)).toBe('UNKNOWN_MEMBER_ID');
  expect(driver.shareBeat('m1', 0, { subscribedTopicNames: ['a'] }).errorCode).toBe(0);
});

test('a name is that of a group of one kind', () => {
  const driver = grouped();
  expect(driver.come('c', ['a']).error).toBe('GROUP_ID_NOT_FOUND');
  const other = new ShareDriver();
  other.setTopic('a', 1);
  other.come('c', ['a']);
  const refused = other.shareBeat('m1', 0, { subscribedTopicNames: ['a'] });
  expect(errorName(refused.errorCode)).toBe('GROUP_ID_NOT_FOUND');
});

test('a group begins at the end of what was there, and goes on from there', () => {
  const driver = grouped();
  expect(driver.position('m1', 10)).toEqual({ error: 'NONE', offset: 10 });
  expect(driver.position('m1', 20)).toEqual({ error: 'NONE', offset: 10 });
});

test('what was acknowledged outlives the coordinator, and locks do not', () => {
  const driver = grouped();
  driver.position('m1', 0);
  expect(driver.acquire('m1', 0, 9)).toEqual([{ first: 0, last: 9, deliveryCount: 1 }]);
  expect(driver.acknowledge('m1', [{ first: 0, last: 3, types: [accept] }])).toEqual(['NONE']);
  expect(driver.acknowledge('m1', [{ first: 6, last: 6, types: [accept] }])).toEqual(['NONE']);
  driver.crash();
  expect(driver.position('m1', 20)).toEqual({ error: 'NONE', offset: 4 });
  expect(driver.acquire('m1', 4, 9)).toEqual([
    { first: 4, last: 5, deliveryCount: 2 },
    { first: 7, last: 9, deliveryCount: 2 },
  ]);
});

test('locks end by themselves, and who waits is told', () => {
  const driver = grouped();
  driver.position('m1', 0);
  driver.acquire('m1', 0, 9);
  driver.advance(lockMs - 1);
  expect(driver.acquire('m2', 0, 9)).toEqual([]);
  const before = driver.shareChanges;
  driver.advance(1);
  expect(driver.shareChanges).toBeGreaterThan(before);
  expect(driver.acquire('m2', 0, 9)).toEqual([{ first: 0, last: 9, deliveryCount: 2 }]);
});

test('a snapshot makes the same group', () => {
  const driver = grouped();
  driver.position('m1', 0);
  driver.acquire('m1', 0, 9);
  driver.acknowledge('m1', [{ first: 2, last: 3, types: [release] }]);
  driver.log = [...driver.shard.snapshot()];
  driver.crash();
  expect([...driver.shard.snapshot()]).toEqual(driver.log);
  expect(driver.shareBeat('m1', 1).errorCode).toBe(0);
});

test('what a group keeps is charged, and given back when it goes', () => {
  const driver = grouped();
  driver.position('m1', 0);
  driver.acquire('m1', 0, 9);
  expect(driver.account.bytes).toBeGreaterThan(0);
  driver.shareBeat('m1', -1);
  driver.put((shard, token) => shard.deleteGroup(driver.moment, token, driver.scope, driver.groupId));
  expect(driver.account.bytes).toBe(0);
  driver.crash();
  expect(driver.account.bytes).toBe(0);
});

test('the partitions of a topic that is deleted are forgotten', () => {
  const driver = grouped();
  driver.position('m1', 5);
  driver.setTopic('a', 0);
  driver.put((shard) => shard.topicDeleted(driver.moment));
  driver.advance(1);
  driver.crash();
  driver.setTopic('a', 1);
  expect(driver.position('m1', 9)).toEqual({ error: 'NONE', offset: 9 });
});
