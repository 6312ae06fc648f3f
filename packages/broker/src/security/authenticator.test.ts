import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { createScramVerifier } from '@weir/credentials/scram';
import type { CredentialRecord } from '@weir/metadata-store/model';
import { expect, test } from 'vitest';
import type { Workers } from '../deps.ts';
import {
  failedAuthenticationDelayMs,
  failedAuthenticationsPerAddressMax,
  failedAuthenticationsPerMinuteMax,
} from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { Authenticator } from './authenticator.ts';

const random = { bytes: (length: number) => Buffer.alloc(length, 7), below: () => 0 };
const address = '192.0.2.1';

async function keeper(expiresAt: number | null = null) {
  const engine = new Engine();
  const record: CredentialRecord = {
    keyId: 'KEY',
    clusterId: 'lkc-a',
    principal: 'User:sa-1',
    secrets: [await secretOf('right', 1)],
    expiresAt,
  };
  const credentials = new Map([[record.keyId, record]]);
  /** What the store has, where the broker has not heard of it yet. */
  const unheard = new Map<string, CredentialRecord>();
  const derived: string[] = [];
  const workers: Pick<Workers, 'deriveKey'> = {
    deriveKey: async (from, { secret, salt, iterations, bytes, digest }) => {
      derived.push(`${from} ${secret}`);
      return pbkdf2Sync(secret, salt, iterations, bytes, digest);
    },
  };
  const authenticator = new Authenticator({
    clock: engine.clock,
    random,
    workers,
    decoyKey: random.bytes(32),
    findCredential: async (keyId) => credentials.get(keyId) ?? null,
    findNewestCredential: async (keyId) => unheard.get(keyId) ?? credentials.get(keyId) ?? null,
  });
  const plain = (key: string, secret: string, from = address) =>
    authenticator.first('PLAIN', Buffer.from(`\0${key}\0${secret}`), from);
  const scram = async (key: string, secret: string, hash: 'SHA-256' | 'SHA-512') => {
    const bare = `n=${key},r=nonce`;
    const step = await authenticator.first(`SCRAM-${hash}`, Buffer.from(`n,,${bare}`), address);
    if (step.kind !== 'continue') throw new Error('SCRAM goes on whoever asks');
    const client = clientFinal(hash, secret, bare, step.bytes.toString());
    const last = await authenticator.final(step.exchange, Buffer.from(client.message), address);
    if (last.kind === 'authenticated') expect(last.bytes.toString()).toBe(client.expected);
    return last.kind === 'authenticated' ? last.secretNumber : last.kind;
  };
  return { engine, authenticator, plain, scram, derived, credentials, record, unheard };
}

const secretOf = async (secret: string, number: number, salt = random.bytes(16)) => ({
  number,
  scramSha256: await createScramVerifier(secret, 'SHA-256', salt),
  scramSha512: await createScramVerifier(secret, 'SHA-512', salt),
});

/** The client's half of SCRAM (RFC 5802, 3), and what the server is to sign. */
function clientFinal(hash: 'SHA-256' | 'SHA-512', secret: string, bare: string, serverFirst: string) {
  const [name, bytes] = hash === 'SHA-256' ? (['sha256', 32] as const) : (['sha512', 64] as const);
  const [, nonce = '', salt = '', count = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst) ?? [];
  const salted = pbkdf2Sync(secret, Buffer.from(salt, 'base64'), Number(count), bytes, name);
  const clientKey = createHmac(name, salted).update('Client Key').digest();
  const storedKey = createHash(name).update(clientKey).digest();
  const message = `${bare},${serverFirst},c=biws,r=${nonce}`;
  const signature = createHmac(name, storedKey).update(message).digest();
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
  const serverKey = createHmac(name, salted).update('Server Key').digest();
  return {
    message: `c=biws,r=${nonce},p=${proof.toString('base64')}`,
    expected: `v=${createHmac(name, serverKey).update(message).digest('base64')}`,
  };
}

test('PLAIN admits the right secret only, and an unknown key is refused as a wrong secret is', async () => {
  const { authenticator, plain } = await keeper();
  expect(await plain('KEY', 'right')).toMatchObject({ kind: 'authenticated', credential: { keyId: 'KEY' } });
  const wrong = await plain('KEY', 'wrong');
  expect(wrong.kind).toBe('refused');
  expect(await plain('NOBODY', 'right')).toEqual(wrong);
  for (const token of ['', 'KEY', '\0KEY', '\0\0right', 'SOMEBODY\0KEY\0right', '\0KEY\0right\0']) {
    expect(await authenticator.first('PLAIN', Buffer.from(token), address)).toEqual(wrong);
  }
});

test('SCRAM answers an unknown key with a salt that stays the same, as a known one has', async () => {
  const { authenticator } = await keeper();
  const first = Buffer.from('n,,n=NOBODY,r=nonce');
  const salts: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const step = await authenticator.first('SCRAM-SHA-512', first, address);
    if (step.kind !== 'continue') throw new Error('SCRAM goes on whoever asks');
    salts.push(/s=([^,]+),i=4096/.exec(step.bytes.toString())?.[1] ?? '');
  }
  expect(salts[0]).not.toBe('');
  expect(salts[1]).toBe(salts[0]);
});

test('a key is as unknown from the moment of its expiry', async () => {
  const { engine, plain } = await keeper(new Engine().clock.now() + 1_000);
  await engine.pass(999);
  expect((await plain('KEY', 'right')).kind).toBe('authenticated');
  await engine.pass(1);
  expect((await plain('KEY', 'right')).kind).toBe('refused');
});

test('whoever guessed too often, of one key or of many, waits for refusals; a right secret never waits', async () => {
  const { engine, plain } = await keeper();
  const beganMs = engine.world.now;
  for (let guess = 1; guess < failedAuthenticationsPerMinuteMax; guess += 1) await plain('KEY', 'wrong');
  expect(engine.world.now).toBe(beganMs);
  const held = async (key: string, secret: string, from?: string) => {
    const began = engine.world.now;
    const state = { isDone: false };
    const step = plain(key, secret, from).finally(() => {
      state.isDone = true;
    });
    // The secret is checked outside of simulated time; a delay would have to pass inside of it.
    while (!state.isDone) {
      await engine.world.run(Number.POSITIVE_INFINITY);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { kind: (await step).kind, delayMs: engine.world.now - began };
  };
  expect(await held('KEY', 'wrong')).toEqual({ kind: 'refused', delayMs: failedAuthenticationDelayMs });
  expect(await held('KEY', 'right')).toEqual({ kind: 'authenticated', delayMs: 0 });
  const { now } = engine.world;
  for (let key = failedAuthenticationsPerMinuteMax; key < failedAuthenticationsPerAddressMax - 1; key += 1) {
    await plain(`KEY-${key}`, 'wrong');
  }
  expect(engine.world.now).toBe(now);
  expect((await held('ANOTHER', 'wrong')).delayMs).toBe(failedAuthenticationDelayMs);
  expect((await held('ANOTHER', 'wrong', '192.0.2.2')).delayMs).toBe(0);
  expect(await held('KEY', 'right')).toEqual({ kind: 'authenticated', delayMs: 0 });
  await engine.pass(60_000);
  expect((await held('ANOTHER', 'wrong')).delayMs).toBe(0);
});

test('whoever comes back with the right secret costs no derivation, from any address; a wrong one always does', async () => {
  const { plain, derived } = await keeper();
  await Promise.all(Array.from({ length: 50 }, () => plain('KEY', 'right')));
  expect(derived).toEqual([`${address} right`]);
  expect((await plain('KEY', 'right', '192.0.2.2')).kind).toBe('authenticated');
  expect(derived).toHaveLength(1);
  for (let guess = 0; guess < 3; guess += 1) await plain('KEY', `wrong ${guess}`);
  expect(derived).toHaveLength(4);
});

test('a secret that was right is worth nothing once the key is revoked or has another secret', async () => {
  const { plain, derived, credentials } = await keeper();
  await plain('KEY', 'right');
  const record = credentials.get('KEY');
  credentials.delete('KEY');
  expect((await plain('KEY', 'right')).kind).toBe('refused');
  if (record === undefined) throw new Error('the key was there');
  credentials.set('KEY', { ...record, secrets: [await secretOf('another', 2, Buffer.alloc(16, 9))] });
  expect((await plain('KEY', 'right')).kind).toBe('refused');
  expect((await plain('KEY', 'another')).kind).toBe('authenticated');
  expect(derived).toHaveLength(4);
});

test('while a key is rotated both of its secrets open it, by PLAIN and by SCRAM with the signature of the one that was proven', async () => {
  const { plain, scram, credentials, record, derived } = await keeper();
  const second = await secretOf('second', 2);
  credentials.set('KEY', { ...record, secrets: [...record.secrets, second] });
  expect(await plain('KEY', 'right')).toMatchObject({ kind: 'authenticated', secretNumber: 1 });
  expect(await plain('KEY', 'second')).toMatchObject({ kind: 'authenticated', secretNumber: 2 });
  for (const hash of ['SHA-256', 'SHA-512'] as const) {
    const outcomes = [await scram('KEY', 'right', hash), await scram('KEY', 'second', hash)];
    expect([...outcomes, await scram('KEY', 'third', hash)]).toEqual([1, 2, 'refused']);
  }
  // Neither costs the other what it was known by.
  expect(derived).toHaveLength(2);
  for (const secret of ['right', 'second', 'right', 'second']) await plain('KEY', secret);
  expect(derived).toHaveLength(2);
  credentials.set('KEY', { ...record, secrets: [second] });
  expect((await plain('KEY', 'right')).kind).toBe('refused');
  expect(await scram('KEY', 'right', 'SHA-256')).toBe('refused');
  expect(await plain('KEY', 'second')).toMatchObject({ kind: 'authenticated', secretNumber: 2 });
});

test('a second secret opens the key at once, also where the broker has not heard of it yet', async () => {
  const { plain, scram, unheard, record } = await keeper();
  const second = await secretOf('second', 2);
  unheard.set('KEY', { ...record, secrets: [...record.secrets, second] });
  expect(await scram('KEY', 'second', 'SHA-512')).toBe(2);
  expect(await plain('KEY', 'second')).toMatchObject({ kind: 'authenticated', secretNumber: 2 });
  expect((await plain('KEY', 'third')).kind).toBe('refused');
});
