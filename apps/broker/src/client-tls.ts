import { existsSync, mkdirSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ServerIdentity, ServerIdentitySource } from '@weir/broker/node-deps/client-tls-network';
import type { BrokerDoors, BrokerTls } from '@weir/runtime/broker-doors';
import { PemFiles, type PemKind } from './pem-files.ts';

/** A certificate for clients, for as long as the broker runs. */
export interface ClientTls extends ServerIdentitySource {
  stop(): Promise<void>;
}

export interface ClientTlsPlace {
  /** Of the installation: where its authority lies. */
  readonly dataDirectory: string;
  /** What clients are told to connect to. */
  readonly advertisedHost: string;
  readonly listenHost: string;
  readonly domain: BrokerDoors['domain'];
}

type IncidentLog = Parameters<typeof PemFiles.read>[2];

const clientFiles: PemKind<'cert' | 'key'> = {
  settings: { cert: 'WEIR_BROKER_TLS_CERT', key: 'WEIR_BROKER_TLS_KEY' },
  what: 'a certificate and the key of it',
  event: 'client.certificates',
};

/** Null: clients come without TLS. Rejects with EnvError where files are named that cannot be used. */
export async function openClientTls(
  tls: BrokerTls,
  place: ClientTlsPlace,
  log: IncidentLog,
): Promise<ClientTls | null> {
  if (tls.kind === 'none') return null;
  if (tls.kind === 'files') return PemFiles.read(clientFiles, { cert: tls.cert, key: tls.key }, log);
  return LocalCertificate.issue(place, log);
}

const dayMs = 86_400_000;
const validMs = 90 * dayMs;
/** A third of its time before it ends, however long the broker runs. */
const renewEveryMs = 60 * dayMs;
/** Timers take no longer delays than 2³¹−1 ms, which is less than a month. */
const lookEveryMs = dayMs;

/** Issued by the installation's own authority, and kept in memory alone. */
class LocalCertificate implements ClientTls {
  #current: ServerIdentity;
  #issuedAtMs = Date.now();
  readonly #issue: () => Promise<ServerIdentity>;
  readonly #log: IncidentLog;
  readonly #listeners: ((identity: ServerIdentity) => void)[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(first: ServerIdentity, issue: () => Promise<ServerIdentity>, log: IncidentLog) {
    this.#current = first;
    this.#issue = issue;
    this.#log = log;
    this.#timer = setInterval(() => void this.#renew(), lookEveryMs);
    this.#timer.unref();
  }

  static async issue(place: ClientTlsPlace, log: IncidentLog): Promise<LocalCertificate> {
    // Nobody needs the library where the operator brings files, and brokers are to start quickly.
    const { openLocalAuthority } = await import('@weir/certificates/local-authority');
    if (!existsSync(place.dataDirectory)) mkdirSync(place.dataDirectory, { recursive: true });
    const authority = await openLocalAuthority(place.dataDirectory);
    const issue = () => authority.issue(namesOf(place), validMs);
    return new LocalCertificate(await issue(), issue, log);
  }

  get current(): ServerIdentity {
    return this.#current;
  }

  onChange(call: (identity: ServerIdentity) => void): void {
    this.#listeners.push(call);
  }

  async #renew(): Promise<void> {
    if (Date.now() - this.#issuedAtMs < renewEveryMs) return;
    try {
      const next = await this.#issue();
      this.#current = next;
      this.#issuedAtMs = Date.now();
      for (const listener of this.#listeners) listener(next);
      this.#log.info({}, 'client.certificates.renewed');
    } catch (cause) {
      this.#log.error({ err: cause }, 'client.certificates.unusable');
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
}

const everyAddress = ['0.0.0.0', '::'];

/** All by which clients may come: what they are told, and this machine by itself. */
export function namesOf({ advertisedHost, listenHost, domain }: ClientTlsPlace): readonly string[] {
  const ofClusters = domain === null ? [] : [`*.${domain}`, domain];
  const ofListener = isIP(listenHost) !== 0 && !everyAddress.includes(listenHost) ? [listenHost] : [];
  return [...new Set([advertisedHost, ...ofClusters, ...ofListener, 'localhost', '127.0.0.1', '::1'])];
}
