import { expect, it } from 'vitest';
import { lostBy, settingChoices, settingWords } from './setting-words.ts';

it.each([
  ['retention.ms', '604800000', '7 days'],
  ['retention.ms', '3600000', '1 hour'],
  ['retention.ms', '5400000', 'about 1.5 hours'],
  ['retention.ms', '-1', 'no bound'],
  ['flush.ms', '9223372036854775807', 'no bound'],
  ['file.delete.delay.ms', '500', null],
  ['retention.bytes', '1073741824', '1 GiB'],
  ['max.message.bytes', '100', null],
  ['min.insync.replicas', '2', null],
  ['retention.ms', 'soon', null],
])('%s of %s is %s', (name, value, words) => {
  expect(settingWords(name, value)).toBe(words);
});

const config = (type: 'BOOLEAN' | 'LIST' | 'STRING' | 'LONG', allowed_values: string[] | null) =>
  ({ type, allowed_values }) as Parameters<typeof settingChoices>[0];

it('is chosen where there are few values, and written otherwise', () => {
  expect(settingChoices(config('BOOLEAN', null))).toEqual(['true', 'false']);
  expect(settingChoices(config('STRING', ['gzip', 'zstd']))).toEqual(['gzip', 'zstd']);
  expect(settingChoices(config('LIST', ['compact', 'delete']))).toEqual([
    'compact',
    'delete',
    'compact,delete',
  ]);
  expect(settingChoices(config('LONG', null))).toBeNull();
  expect(settingChoices(config('LIST', null))).toBeNull();
});

it('says what is lost by keeping less, and nothing of what loses nothing', () => {
  expect(lostBy('retention.ms', '-1', '3600000')).toMatch('older');
  expect(lostBy('retention.ms', '3600000', '-1')).toBeNull();
  expect(lostBy('retention.bytes', '-1', '1000')).toMatch('oldest');
  expect(lostBy('cleanup.policy', 'delete', 'compact,delete')).toMatch('key');
  expect(lostBy('cleanup.policy', 'compact', 'compact,delete')).toMatch('retention.ms');
  expect(lostBy('cleanup.policy', 'compact,delete', 'delete')).toBeNull();
  expect(lostBy('segment.ms', '2', '1')).toBeNull();
});
