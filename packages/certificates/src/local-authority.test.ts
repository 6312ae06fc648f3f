import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { localCaFile, openLocalAuthority } from './local-authority.ts';

function directory() {
  const made = mkdtempSync(join(tmpdir(), 'weir-certificates-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('who asks first makes it, all get the same, and its key is for its owner alone', async () => {
  const dir = directory();
  const opened = await Promise.all(Array.from({ length: 4 }, () => openLocalAuthority(dir)));
  const later = await openLocalAuthority(dir);
  expect(new Set([...opened, later].map(({ ca, key }) => ca + key)).size).toBe(1);
  expect(readdirSync(dir)).toEqual(['tls']);
  expect(statSync(join(dir, 'tls', 'ca-key.pem')).mode & 0o077).toBe(0);
});

test('what it issues is known by its file, for the names and addresses that were asked for, also by its next life', async () => {
  const dir = directory();
  await openLocalAuthority(dir);
  const { ca, issue, notAfter } = await openLocalAuthority(dir);
  const { cert, key } = await issue(['localhost', '127.0.0.1', '*.kafka.example.com'], 86_400_000);
  const certificate = new X509Certificate(cert);
  const root = new X509Certificate(ca);
  expect(certificate.verify(root.publicKey)).toBe(true);
  expect(certificate.checkIssued(root)).toBe(true);
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('lkc-a.kafka.example.com')).toBeDefined();
  expect(certificate.checkHost('example.com')).toBeUndefined();
  expect([root.ca, certificate.ca]).toEqual([true, false]);
  expect(key).toContain('PRIVATE KEY');
  const late = new X509Certificate((await issue(['localhost'], 100 * 365 * 86_400_000)).cert);
  expect(new Date(late.validTo).getTime()).toBeLessThanOrEqual(notAfter.getTime());
});

test('files that are damaged are said to be, and stay as they are', async () => {
  const dir = directory();
  await openLocalAuthority(dir);
  writeFileSync(localCaFile(dir), 'nothing');
  await expect(openLocalAuthority(dir)).rejects.toThrow('are not a certificate and its key');
});
