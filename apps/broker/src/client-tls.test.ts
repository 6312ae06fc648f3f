import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localCaFile } from '@weir/certificates/local-authority';
import { expect, onTestFinished, test } from 'vitest';
import { namesOf, openClientTls } from './client-tls.ts';

const log = { info: () => undefined, error: () => undefined };

function place() {
  const dir = mkdtempSync(join(tmpdir(), 'weir-client-tls-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return {
    dataDirectory: join(dir, 'not', 'there'),
    advertisedHost: 'broker.example.com',
    listenHost: '0.0.0.0',
    domain: 'kafka.example.com',
  };
}

test('a certificate of the installation is for all by which clients may come', () => {
  expect(namesOf({ ...place(), listenHost: '10.0.0.7' })).toEqual([
    ...['broker.example.com', '*.kafka.example.com', 'kafka.example.com', '10.0.0.7'],
    ...['localhost', '127.0.0.1', '::1'],
  ]);
  expect(namesOf({ ...place(), advertisedHost: 'localhost', domain: null })).toEqual([
    ...['localhost', '127.0.0.1', '::1'],
  ]);
});

test('without a certificate of the operator the installation makes an authority, and keeps it', async () => {
  const at = place();
  const first = await openClientTls({ kind: 'local' }, at, log);
  const second = await openClientTls({ kind: 'local' }, at, log);
  onTestFinished(async () => {
    await first?.stop();
    await second?.stop();
  });
  const [one, other] = [first, second].map((tls) => new X509Certificate(String(tls?.current.cert)));
  expect(one?.issuer).toBe(other?.issuer);
  expect(one?.checkHost('lkc-a.kafka.example.com')).toBeDefined();
  expect(existsSync(localCaFile(at.dataDirectory))).toBe(true);
});

test('without TLS nothing is made', async () => {
  const at = place();
  expect(await openClientTls({ kind: 'none' }, at, log)).toBeNull();
  expect(existsSync(at.dataDirectory)).toBe(false);
});

test('files that cannot be read stop the start with the name of their setting', async () => {
  const files = { kind: 'files', cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' } as const;
  await expect(openClientTls(files, place(), log)).rejects.toThrow(
    'WEIR_BROKER_TLS_CERT names /nowhere/cert.pem, which cannot be read',
  );
});
