import { expect, it } from 'vitest';
import { expectedBytes } from './expected-bytes.ts';

/** Ten bytes a second. */
const topic = { partitions: 4, storedBytes: 1_000n, writtenBytes: 864_000n, writtenSeconds: 86_400n };
const month = 730n * 3_600n;

it.each([
  ['an hour', { 'retention.ms': '3600000' }, 36_000n],
  ['a week, where nothing is set', {}, 6_048_000n],
  ['for ever: what a month brings', { 'retention.ms': '-1' }, 1_000n + 10n * month],
  ['longer than a month', { 'retention.ms': '9223372036854775807' }, 1_000n + 10n * month],
  ['less than is written in that time', { 'retention.ms': '3600000', 'retention.bytes': '2000' }, 8_000n],
  ['deleted and compacted', { 'cleanup.policy': 'compact,delete', 'retention.ms': '3600000' }, 36_000n],
  ['compacted alone: as now', { 'cleanup.policy': 'compact', 'retention.ms': '3600000' }, 1_000n],
])('is told of %s', (_, configs, bytes) => {
  expect(expectedBytes(configs, topic)).toBe(bytes);
});

it('is nothing where nothing is written, though something is stored', () => {
  expect(expectedBytes({}, { ...topic, writtenBytes: 0n })).toBe(0n);
  expect(expectedBytes({}, { ...topic, writtenBytes: 0n, writtenSeconds: 0n })).toBe(0n);
});
