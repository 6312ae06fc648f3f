import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { TlsIdentity, TlsIdentitySource } from '@weir/broker/node-deps/tls-network';
import { EnvError } from '@weir/runtime/env';

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

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

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

interface IncidentLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How often the files are looked at: certificates are renewed while brokers run. */
const lookEveryMs = 10_000;

/** What this broker shows the others, read again when the files change. */
export class PeerTls implements TlsIdentitySource {
  #current: TlsIdentity;
  readonly #files: PeerTlsFiles;
  readonly #log: IncidentLog;
  readonly #listeners: ((identity: TlsIdentity) => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #hasFailed = false;

  private constructor(files: PeerTlsFiles, first: TlsIdentity, log: IncidentLog, everyMs: number) {
    this.#files = files;
    this.#current = first;
    this.#log = log;
    this.#timer = setInterval(() => this.look(), everyMs);
    this.#timer.unref();
  }

  /** Throws EnvError where a file cannot be read, or they do not belong together. */
  static read(files: PeerTlsFiles, log: IncidentLog, everyMs = lookEveryMs): PeerTls {
    return new PeerTls(files, identityIn(files), log, everyMs);
  }

  get current(): TlsIdentity {
    return this.#current;
  }

  onChange(call: (identity: TlsIdentity) => void): void {
    this.#listeners.push(call);
  }

  /** Reads the files again. What cannot be used, as while they are being written, leaves everything as it was. */
  look(): void {
    try {
      const next = identityIn(this.#files);
      this.#hasFailed = false;
      const isSame = (['cert', 'key', 'ca'] as const).every((part) => next[part] === this.#current[part]);
      if (isSame) return;
      this.#current = next;
      for (const listener of this.#listeners) listener(next);
      this.#log.info({ cert: this.#files.cert }, 'peer.certificates.renewed');
    } catch (cause) {
      if (!this.#hasFailed) this.#log.error({ err: cause }, 'peer.certificates.unusable');
      this.#hasFailed = true;
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
}

function identityIn(files: PeerTlsFiles): TlsIdentity {
  const read = (part: keyof PeerTlsFiles): string => {
    try {
      return readFileSync(files[part], 'utf8');
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new EnvError([`${settingOf[part]} names ${files[part]}, which cannot be read: ${why}`]);
    }
  };
  const identity = { cert: read('cert'), key: read('key'), ca: read('ca') };
  try {
    createSecureContext(identity);
    return identity;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EnvError([
      `${settingOf.cert}, ${settingOf.key} and ${settingOf.ca} are to be a certificate, the key of it, and an authority, each as PEM: ${why}`,
    ]);
  }
}
