import { isLoopback } from '@weir/runtime/broker-doors';
import { EnvError } from '@weir/runtime/env';
import { PemFiles, type PemKind } from './pem-files.ts';

/** PEM files: this broker's certificate with what leads to the authority, its key, and the cell's authority. */
export interface PeerTlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const settingOf = {
  cert: 'WEIR_BROKER_PEER_TLS_CERT',
  key: 'WEIR_BROKER_PEER_TLS_KEY',
  ca: 'WEIR_BROKER_PEER_TLS_CA',
} as const satisfies Record<keyof PeerTlsFiles, string>;

/**
 * How the brokers of the cell reach each other; null: without TLS, which is for wires that nobody else is at. Throws
 * EnvError where they are, or where only some of the files are named.
 */
export function peerTlsFiles(
  files: PeerTlsFiles,
  at: { readonly listenHost: string | null; readonly isPlainAccepted: boolean },
): PeerTlsFiles | null {
  const missing = (['cert', 'key', 'ca'] as const).filter((part) => files[part] === '');
  if (missing.length === 0) return files;
  if (missing.length < 3) {
    const names = missing.map((part) => settingOf[part]).join(' and ');
    throw new EnvError([
      `${names} is missing: TLS between brokers takes a certificate, its key, and the cell's authority.`,
    ]);
  }
  if (at.listenHost === null || at.isPlainAccepted || isLoopback(at.listenHost)) return null;
  throw new EnvError([
    `The cell's other brokers are to reach this one at ${at.listenHost}, where others can listen in. Name PEM files in ${settingOf.cert}, ${settingOf.key} and ${settingOf.ca}, let WEIR_BROKER_PEER_LISTEN_HOST be an address of this machine alone, or set WEIR_BROKER_PEER_PLAIN=1 if the network itself encrypts.`,
  ]);
}

const peerFiles: PemKind<keyof PeerTlsFiles> = {
  settings: settingOf,
  what: 'a certificate, the key of it, and an authority',
  event: 'peer.certificates',
};

/** What this broker shows the others, read again when the files change. Throws EnvError where they cannot be used. */
export const readPeerTls = (files: PeerTlsFiles, log: Parameters<typeof PemFiles.read>[2]) =>
  PemFiles.read(peerFiles, { ...files }, log);
