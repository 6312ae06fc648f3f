import { expect, test } from 'vitest';
import type { TokenClaims } from '../deps.ts';
import { bearerTokenBytesMax } from '../limits.ts';
import { BearerAuthenticator } from './bearer-authenticator.ts';
import { readBearerMessage } from './bearer-message.ts';

const message = (token: string, header = 'n,,', extensions = '') =>
  Buffer.from(`${header}\x01auth=Bearer ${token}\x01${extensions}\x01`);

const claims: TokenClaims = { subject: 'sa-1', audiences: ['https://other', 'lkc-a'], expiresAt: 1_000 };
const known = new Map<string, TokenClaims>([
  ['one', claims],
  ['two', { ...claims, audiences: ['lkc-a', 'lkc-b'] }],
  ['none', { ...claims, audiences: ['https://other'] }],
  ['person', { ...claims, subject: 'u-1' }],
  ['odd', { ...claims, subject: 'sa-1,User:sa-2' }],
]);
const authenticator = new BearerAuthenticator({ verify: async (token) => known.get(token) ?? null });

async function who(bytes: Buffer, named: string | null = null): Promise<string> {
  const step = await authenticator.first(bytes, named);
  if (step.kind !== 'authenticated') return step.kind;
  return `${step.credential.principal} of ${step.credential.clusterId} until ${step.credential.expiresAt}`;
}

const inA = 'User:sa-1 of lkc-a until 1000';

test('a token lets its service account into the cluster that it is for, until it ends', async () => {
  expect(await who(message('one'))).toBe(inA);
  expect(await who(message('one', 'n,a=sa-1,'))).toBe(inA);
});

test('of several clusters the client names one, by its name or by an extension', async () => {
  expect(await who(message('two'))).toBe('challenge');
  expect(await who(message('two'), 'lkc-a')).toBe(inA);
  expect(await who(message('two', 'n,,', 'logicalCluster=lkc-a\x01'))).toBe(inA);
  expect(await who(message('one'), 'lkc-b')).toBe('challenge');
  expect(await who(message('one', 'n,,', 'logicalCluster=lkc-b\x01'))).toBe('challenge');
  expect(await who(message('two', 'n,,', 'logicalCluster=lkc-b\x01'), 'lkc-a')).toBe(inA);
});

test('whatever is wrong with a token, or whom it is for, the answer is the same', async () => {
  for (const token of ['unknown', 'none', 'person', 'odd'])
    expect(await who(message(token))).toBe('challenge');
  expect(await who(message('one', 'n,a=sa-2,'))).toBe('challenge');
  const step = await authenticator.first(message('unknown'), null);
  expect('bytes' in step && step.bytes.toString()).toBe('{"status":"invalid_token"}');
});

test('what is not in the form of a message is none', () => {
  for (const text of [
    '',
    'n,,',
    'y,,\x01auth=Bearer a\x01\x01',
    'n,,\x01auth=Bearer a\x01',
    'n,,\x01auth=Basic a\x01\x01',
  ])
    expect(readBearerMessage(Buffer.from(text)), text).toBeNull();
  for (const pairs of ['auth=Bearer b\x01', '=x\x01', 'x\x01'])
    expect(readBearerMessage(message('a', 'n,,', pairs)), pairs).toBeNull();
  expect(readBearerMessage(message('a'.repeat(bearerTokenBytesMax)))).toBeNull();
  expect(readBearerMessage(message('a'.repeat(1_000), 'n,,', 'x=1=2\x01'))?.extensions.get('x')).toBe('1=2');
});
