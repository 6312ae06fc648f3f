import { describe, expect, test } from 'vitest';
import {
  checkTopicConfigs,
  minInsyncReplicasOf,
  topicConfigList,
  topicConfigNumber,
  topicConfigs,
} from './topic-configs.ts';

const messageOf = (configs: Record<string, string>) => {
  const result = checkTopicConfigs(configs);
  return result.ok ? null : result.message;
};

// What LogConfig.validate of Apache Kafka 4.3.0 answers.
describe('answers as Apache Kafka 4.3.0 does', () => {
  test.each([
    ['cleanup.policy', ''],
    ['cleanup.policy', 'compact,compact'],
    ['cleanup.policy', 'compact, delete'],
    ['preallocate', 'TRUE'],
    ['retention.ms', ' 5 '],
    ['retention.ms', '-1'],
    ['leader.replication.throttled.replicas', '*'],
    ['leader.replication.throttled.replicas', '0:1,1:2'],
    ['local.retention.bytes', '5'],
    ['min.compaction.lag.ms', '9223372036854775807'],
    ['compression.gzip.level', '-1'],
    ['min.cleanable.dirty.ratio', '1e-1'],
  ])('%s=%s is allowed', (name, value) => {
    expect(messageOf({ [name]: value })).toBeNull();
  });

  test.each([
    ['cleanup.policy', 'foo', 'String must be one of: compact, delete'],
    ['retention.ms', '-2', 'Value must be at least -1'],
    ['retention.ms', 'abc', 'Not a number of type LONG'],
    ['retention.ms', '1.5', 'Not a number of type LONG'],
    ['min.cleanable.dirty.ratio', 'x', 'Not a number of type DOUBLE'],
    ['min.cleanable.dirty.ratio', '2', 'Value must be no more than 1'],
    ['preallocate', 'yes', 'Expected value to be either true or false'],
    ['compression.type', 'foo', 'String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer'],
    ['segment.bytes', '10', 'Value must be at least 1048576'],
    ['segment.bytes', '3000000000', 'Not a number of type INT'],
    ['retention.bytes', '99999999999999999999', 'Not a number of type LONG'],
    ['message.timestamp.type', 'createtime', 'String must be one of: CreateTime, LogAppendTime'],
    ['compression.gzip.level', '0', 'Value must be between 1 and 9 or equal to -1'],
    ['compression.zstd.level', '23', 'Value must be no more than 22'],
    ['leader.replication.throttled.replicas', 'x', "must be the literal '*' or a list of replicas"],
  ])('%s=%s is refused', (name, value, reason) => {
    expect(messageOf({ [name]: value })).toMatch(`Invalid value ${value} for configuration ${name}: `);
    expect(messageOf({ [name]: value })).toContain(reason);
  });

  test('unknown names, contradicting lags and tiered storage are refused', () => {
    expect(messageOf({ nope: '1' })).toBe('Unknown topic config name: nope');
    expect(messageOf({ 'min.compaction.lag.ms': '100', 'max.compaction.lag.ms': '50' })).toBe(
      'conflict topic config setting min.compaction.lag.ms (100) > max.compaction.lag.ms (50)',
    );
    expect(messageOf({ 'remote.storage.enable': 'true' })).toContain('Tiered Storage');
  });
});

test('every default passes its own check, and the table is in alphabetical order', () => {
  for (const [name, config] of topicConfigs) {
    expect(messageOf({ [name]: config.default }), name).toBeNull();
  }
  expect([...topicConfigs.keys()]).toEqual([...topicConfigs.keys()].toSorted());
  expect(topicConfigs.size).toBe(33);
});

test('keeps values as they are shown, and reads them as numbers and lists', () => {
  expect(checkTopicConfigs({ preallocate: 'TRUE', 'retention.ms': ' 7 ' })).toEqual({
    ok: true,
    value: { preallocate: 'true', 'retention.ms': '7' },
  });
  expect(topicConfigNumber({ 'retention.ms': '7' }, 'retention.ms')).toBe(7);
  expect(topicConfigNumber({}, 'flush.messages')).toBe(Number.MAX_SAFE_INTEGER);
  expect(topicConfigList({ 'cleanup.policy': 'compact, delete' }, 'cleanup.policy')).toEqual([
    'compact',
    'delete',
  ]);
  expect(() => topicConfigNumber({}, 'nope')).toThrow(RangeError);
});

test('of three replicas two must hold a record, of fewer one, unless the topic says how many', () => {
  expect([1, 2, 3, 5].map((replicas) => minInsyncReplicasOf({}, replicas))).toEqual([1, 1, 2, 2]);
  expect(minInsyncReplicasOf({ 'min.insync.replicas': '1' }, 3)).toBe(1);
  expect(minInsyncReplicasOf({ 'min.insync.replicas': '4' }, 3)).toBe(4);
});
