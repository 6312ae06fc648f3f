import { expect, it } from 'vitest';
import { shownBytesMax } from './limits.ts';
import { showBytes } from './shown-bytes.ts';

const shown = (bytes: Uint8Array | string) =>
  showBytes(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);

it('tells no bytes from none', () => {
  expect(showBytes(null)).toBeNull();
  expect(shown('')).toEqual({ encoding: 'utf8', data: '', size_bytes: 0, truncated: false });
});

it.each([
  ['json', '{"a": 1}'],
  ['json', ' [1, 2]'],
  ['utf8', '42'],
  ['utf8', 'null'],
  ['utf8', '{"a": '],
  ['utf8', 'grüße €'],
])('shows as %s: %s', (encoding, text) => {
  expect(shown(text)).toMatchObject({ encoding, data: text });
});

it('shows what is not text as base64', () => {
  expect(shown(Buffer.from([0xff, 0x00, 0x80]))).toMatchObject({ encoding: 'base64', data: '/wCA' });
});

it('cuts what is long, without making text of several bytes look binary', () => {
  const long = shown('€'.repeat(shownBytesMax));
  expect(long).toMatchObject({ encoding: 'utf8', truncated: true, size_bytes: 3 * shownBytesMax });
  expect(long?.data).toMatch(/^€+$/);
});
