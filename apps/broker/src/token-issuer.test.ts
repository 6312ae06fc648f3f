import { createServer } from 'node:http';
import { startTokenProvider } from '@weir/testing/token-provider-for-tests';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { TokenIssuer } from './token-issuer.ts';
import { tokenIssuer } from './token-settings.ts';

function quietLog() {
  const said: string[] = [];
  const line = (_: object, message: string) => void said.push(message);
  return { said, log: { info: line, warn: line } };
}

test('tokens of a real provider hold, and tell for whom they are and until when', async () => {
  const provider = await startTokenProvider({ clientIds: ['sa-1'], audience: 'lkc-a' });
  onTestFinished(() => provider.stop());
  const { said, log } = quietLog();
  const issuer = new TokenIssuer({ issuer: provider.issuer, jwksUrl: provider.jwksUrl }, log);
  onTestFinished(() => issuer.stop());
  const token = await provider.token('sa-1');
  expect(await issuer.verify(token)).toBeNull();
  await issuer.refresh();
  const claims = await issuer.verify(token);
  expect([claims?.subject, claims?.audiences]).toEqual(['sa-1', ['lkc-a']]);
  expect(claims?.expiresAt).toBeGreaterThan(Date.now() + 3_500_000);
  const asked = provider.keysAsked();
  for (let count = 0; count < 20; count += 1) await issuer.verify(token);
  expect([provider.keysAsked(), said]).toEqual([asked, []]);
});

/** An issuer whose keys the test has. */
async function ownIssuer(answer: (keys: object) => string = JSON.stringify) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] };
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end(answer(keys));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { said, log } = quietLog();
  const issuer = new TokenIssuer(
    { issuer: 'https://id.example.com', jwksUrl: `http://127.0.0.1:${port}` },
    log,
  );
  onTestFinished(async () => {
    await issuer.stop();
    server.close();
    server.closeAllConnections();
  });
  await issuer.refresh();
  const sound = {
    iss: 'https://id.example.com',
    sub: 'sa-1',
    aud: 'lkc-a',
    exp: seconds(60),
    iat: seconds(0),
  };
  const sign = (claims: JWTPayload = {}, header = { alg: 'ES256', kid: 'one' }) =>
    new SignJWT({ ...sound, ...claims }).setProtectedHeader(header).sign(privateKey);
  return { issuer, sign, said, keys, asked: () => asked };
}

const seconds = (fromNow: number) => Math.floor(Date.now() / 1_000) + fromNow;

test('a token of another issuer, without an end, ended, not begun or changed does not hold', async () => {
  const { issuer, sign } = await ownIssuer();
  expect(await issuer.verify(await sign())).not.toBeNull();
  expect(await issuer.verify(await sign({ nbf: seconds(20) }))).not.toBeNull();
  const bad = [
    { iss: 'https://other.example.com' },
    { exp: undefined },
    { exp: seconds(-1) },
    { nbf: seconds(120) },
    { aud: undefined },
    { sub: undefined },
  ];
  for (const claims of bad)
    expect(await issuer.verify(await sign(claims as JWTPayload)), JSON.stringify(claims)).toBeNull();
  const [head, body, signature] = (await sign()).split('.');
  const other = Buffer.from(JSON.stringify({ sub: 'sa-2', aud: 'lkc-a', exp: seconds(60) })).toString(
    'base64url',
  );
  for (const token of [`${head}.${other}.${signature}`, `${head}.${body}.`, 'x', '', 'a.b.c'])
    expect(await issuer.verify(token), token).toBeNull();
});

test('a token that is not signed, or signed with what everybody knows, does not hold', async () => {
  const { issuer, keys } = await ownIssuer();
  const claims = { iss: 'https://id.example.com', sub: 'sa-1', aud: 'lkc-a', exp: seconds(60) };
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(await issuer.verify(`${encoded({ alg: 'none' })}.${encoded(claims)}.`)).toBeNull();
  const known = new TextEncoder().encode(JSON.stringify(keys));
  const hmac = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(known);
  expect(await issuer.verify(hmac)).toBeNull();
});

test('keys that nobody knows are looked for once in a while, however many name one', async () => {
  const { issuer, sign, asked } = await ownIssuer();
  const token = await sign({}, { alg: 'ES256', kid: 'other' });
  for (let count = 0; count < 50; count += 1) expect(await issuer.verify(token)).toBeNull();
  expect(asked()).toBe(1);
});

test('what is no set of keys leaves tokens refused, and is one line in the log', async () => {
  const none = [() => '{}', () => 'nothing', () => JSON.stringify({ keys: [1] }), () => 'x'.repeat(300_000)];
  for (const answer of none) {
    const { issuer, sign, said } = await ownIssuer(answer);
    await issuer.refresh();
    expect([await issuer.verify(await sign()), said]).toEqual([null, ['tokens.keys.unreachable']]);
  }
});

test('settings that cannot be used stop the start with a sentence', () => {
  expect(tokenIssuer('', '')).toBeNull();
  expect(() => tokenIssuer('https://id.example.com', '')).toThrow('WEIR_OAUTH_JWKS_URL is missing');
  expect(() => tokenIssuer('x', 'http://id.example.com/jwks')).toThrow('it must be an https URL');
  expect(tokenIssuer('x', 'http://127.0.0.1:1/jwks')?.issuer).toBe('x');
});
