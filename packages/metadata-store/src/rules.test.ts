import { expect, test } from 'vitest';
import { cellClusterId, collisionKey, isReservedTopic, topicNameProblem } from './rules.ts';
import { newTopicId } from './topic-id.ts';

test.each(['a', 'A.b_c-9', '...', 'x'.repeat(249), '__consumer_offsets'])('%s is a topic name', (name) => {
  expect(topicNameProblem(name)).toBeNull();
});

test.each(['', '.', '..', 'x'.repeat(250), 'a b', 'a/b', 'ä', 'a\n', 'a\u0000'])(
  '%j is no topic name',
  (name) => {
    expect(topicNameProblem(name)).toContain('Topic name is invalid');
  },
);

test.each(['__consumer_offsets', '__transaction_state', '__share_group_state', '__cluster_metadata'])(
  "%s is the cell's own",
  (name) => {
    expect(isReservedTopic('lkc-a', name)).toBe(true);
    expect(isReservedTopic(cellClusterId, name)).toBe(false);
    expect(isReservedTopic('lkc-a', `${name}.copy`)).toBe(false);
  },
);

test("names that differ only in '.' and '_' collide", () => {
  expect(collisionKey('a.b_c')).toBe(collisionKey('a_b.c'));
  expect(collisionKey('a.b')).not.toBe(collisionKey('a-b'));
});

test('a topic id is a version 4 UUID and never begins with a dash', () => {
  expect(newTopicId(() => Buffer.alloc(16, 0))).toBe('AAAAAAAAQACAAAAAAAAAAA');
  // 0xf8 begins with the six bits of 62, which base64url writes as '-'.
  const draws = [Buffer.alloc(16, 0xf8), Buffer.alloc(16, 0x01)];
  expect(newTopicId(() => draws.shift() ?? Buffer.alloc(16))).toBe('AQEBAQEBQQGBAQEBAQEBAQ');
});
