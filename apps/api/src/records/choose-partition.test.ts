import { expect, it } from 'vitest';
import { choosePartition, murmur2 } from './choose-partition.ts';

it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %s as the tests of Apache Kafka have it', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

it('keeps a key in one partition, and spreads what has none over all of them', () => {
  const key = Buffer.from('foobar');
  expect(choosePartition(key, 7, 0)).toBe(choosePartition(key, 7, 0.9));
  expect([0, 0.4, 0.99].map((random) => choosePartition(null, 3, random))).toEqual([0, 1, 2]);
});
