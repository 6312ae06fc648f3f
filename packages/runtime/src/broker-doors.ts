import { isIP } from 'node:net';
import { choice, EnvError, text } from './env.ts';

/** How clients reach brokers. Brokers, and the launcher for the API, read the same. */
export const brokerDoorEnv = {
  WEIR_BROKER_LISTEN_HOST: text('127.0.0.1'),
  WEIR_BROKER_TLS: choice(['', '1'], ''),
  WEIR_BROKER_TLS_CERT: text(''),
  WEIR_BROKER_TLS_KEY: text(''),
  WEIR_BROKER_PLAIN: choice(['', '1'], ''),
  WEIR_BROKER_DOMAIN: text(''),
};

export interface BrokerDoorValues {
  readonly WEIR_BROKER_LISTEN_HOST: string;
  readonly WEIR_BROKER_TLS: '' | '1';
  readonly WEIR_BROKER_TLS_CERT: string;
  readonly WEIR_BROKER_TLS_KEY: string;
  readonly WEIR_BROKER_PLAIN: '' | '1';
  readonly WEIR_BROKER_DOMAIN: string;
}

/** Where the certificate comes from that clients are shown. */
export type BrokerTls =
  | { readonly kind: 'none' }
  /** The authority of the installation, in its data directory. */
  | { readonly kind: 'local' }
  | { readonly kind: 'files'; readonly cert: string; readonly key: string };

export interface BrokerDoors {
  readonly tls: BrokerTls;
  /** Under which clusters have names of their own; null: they have none. */
  readonly domain: string | null;
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * On loopback there is TLS where it is asked for. Elsewhere there is, unless somebody says that the network itself
 * encrypts. Throws EnvError for what contradicts itself.
 */
export const brokerDoors = (values: BrokerDoorValues): BrokerDoors => {
  const tls = tlsOf(values);
  const domain = values.WEIR_BROKER_DOMAIN.toLowerCase();
  if (domain === '') return { tls, domain: null };
  if (!domainForm.test(domain)) {
    throw new EnvError([
      `WEIR_BROKER_DOMAIN is ${JSON.stringify(values.WEIR_BROKER_DOMAIN)} and is not valid: it must be a domain such as kafka.example.com.`,
    ]);
  }
  if (tls.kind === 'none') {
    throw new EnvError([
      'WEIR_BROKER_DOMAIN gives clusters names that clients tell by TLS, and there is none: set WEIR_BROKER_TLS=1, or leave it out.',
    ]);
  }
  return { tls, domain };
};

const domainForm = /^(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

const tlsOf = (values: BrokerDoorValues): BrokerTls => {
  const { WEIR_BROKER_TLS_CERT: cert, WEIR_BROKER_TLS_KEY: key } = values;
  const isAsked = values.WEIR_BROKER_TLS === '1' || cert !== '' || key !== '';
  if (isAsked && values.WEIR_BROKER_PLAIN === '1') {
    throw new EnvError(['WEIR_BROKER_PLAIN=1 is set, and TLS for clients as well: leave one of them out.']);
  }
  if ((cert === '') !== (key === '')) {
    const missing = cert === '' ? 'WEIR_BROKER_TLS_CERT' : 'WEIR_BROKER_TLS_KEY';
    throw new EnvError([
      `${missing} is missing: TLS for clients takes a certificate and its key, or neither and WEIR_BROKER_TLS=1 for an authority of this installation.`,
    ]);
  }
  if (cert !== '') return { kind: 'files', cert, key };
  const isPrivate = isLoopback(values.WEIR_BROKER_LISTEN_HOST) || values.WEIR_BROKER_PLAIN === '1';
  return isAsked || !isPrivate ? { kind: 'local' } : { kind: 'none' };
};
