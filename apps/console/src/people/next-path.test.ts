import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextPath } from './next-path.ts';

const origin = 'http://localhost:3000';
const leadsTo = (given: unknown) => new URL(nextPath(given, '/clusters'), `${origin}/sign-in?next=x`).origin;

it.each([
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '\t//evil.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  '',
  undefined,
  ['/a', '/b'],
])('stays here whatever a link says: %j', (given) => {
  expect(leadsTo(given)).toBe(origin);
  expect(nextPath(given, '/clusters')).toBe('/clusters');
});

it('keeps a path of this console with what follows it', () => {
  for (const path of [
    '/clusters/lkc-1',
    '/clusters/lkc-1/topics/a%2Fb?from=earliest#top',
    '/audit?page_token=x',
  ]) {
    expect(nextPath(path, '/clusters')).toBe(path);
  }
});

it('never leads to another site, for any text', () => {
  const piece = fc.oneof(
    fc.constantFrom('/', '\\', '\t', '\n', '\r', '.', '..', ':', '@', '?', '#', '%09', '%2f', 'https:', ' '),
    fc.constantFrom('evil.example', 'a', '\0', '\u00a0', '\u3002', '\uff0f'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = nextPath(pieces.join(''), '/clusters');
      expect(path.startsWith('/')).toBe(true);
      expect(new URL(path, `${origin}/sign-in`).origin).toBe(origin);
      // Once more, as a router that resolves it again would.
      expect(new URL(nextPath(path, '/clusters'), origin).origin).toBe(origin);
    }),
    { numRuns: 5_000 },
  );
});
