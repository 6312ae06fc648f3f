import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type IssuedCertificate } from '@weir/testing/certificates';
import { expect, onTestFinished, test } from 'vitest';
import { peerTlsFiles, readPeerTls } from './peer-tls.ts';

const none = { cert: '', key: '', ca: '' };
const some = { cert: '/tls/cert.pem', key: '/tls/key.pem', ca: '/tls/ca.pem' };

test('on addresses of this machine alone brokers need no TLS; elsewhere they do, or somebody says that they do not', () => {
  for (const listenHost of ['127.0.0.1', '::1', 'localhost', '127.9.9.9', null])
    expect(peerTlsFiles(none, { listenHost, isPlainAccepted: false })).toBeNull();
  for (const listenHost of ['0.0.0.0', '::', '10.0.0.7', '127.example.com'])
    expect(() => peerTlsFiles(none, { listenHost, isPlainAccepted: false })).toThrow(
      `are to reach this one at ${listenHost}, where others can listen in. Name PEM files in WEIR_BROKER_PEER_TLS_CERT`,
    );
  expect(peerTlsFiles(none, { listenHost: '10.0.0.7', isPlainAccepted: true })).toBeNull();
  expect(peerTlsFiles(some, { listenHost: '127.0.0.1', isPlainAccepted: true })).toEqual(some);
});

test('a file that is not named is told by the name of its setting', () => {
  expect(() => peerTlsFiles({ ...some, key: '' }, { listenHost: '::', isPlainAccepted: true })).toThrow(
    'WEIR_BROKER_PEER_TLS_KEY is missing',
  );
});

/** The files of one identity, in a directory of their own. */
async function written() {
  const dir = mkdtempSync(join(tmpdir(), 'weir-peer-tls-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const authority = await createAuthority('cell');
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem'), ca: join(dir, 'ca.pem') };
  const write = ({ cert, key, ca }: IssuedCertificate) => {
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
    writeFileSync(files.ca, ca);
  };
  const said: string[] = [];
  const log = {
    info: (_: object, message: string) => void said.push(message),
    error: (_: object, message: string) => void said.push(message),
  };
  return { files, authority, write, said, log };
}

test('files that are not there, or do not belong together, stop the start with a sentence', async () => {
  const { files, authority, write, log } = await written();
  expect(() => readPeerTls(files, log)).toThrow(
    `WEIR_BROKER_PEER_TLS_CERT names ${files.cert}, which cannot be read`,
  );
  const [one, other] = [await authority.issue('one'), await authority.issue('other')];
  write({ ...one, key: other.key });
  expect(() => readPeerTls(files, log)).toThrow('are to be a certificate, the key of it, and an authority');
});

test('renewed files are taken up; while they are half written the old ones hold', async () => {
  const { files, authority, write, said, log } = await written();
  const [one, other] = [await authority.issue('one'), await authority.issue('other')];
  write(one);
  const tls = readPeerTls(files, log);
  onTestFinished(() => tls.stop());
  const changes: string[] = [];
  tls.onChange(({ cert }) => changes.push(String(cert)));
  tls.look();
  write({ ...other, key: one.key });
  tls.look();
  tls.look();
  expect([tls.current, changes, said]).toEqual([one, [], ['peer.certificates.unusable']]);
  write(other);
  tls.look();
  expect([tls.current, changes]).toEqual([other, [other.cert]]);
  expect(said).toEqual(['peer.certificates.unusable', 'peer.certificates.renewed']);
});
