import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { addresses, choice, EnvError, port, text } from './env.ts';

/** How clients reach brokers, the same of all cells. */
export interface BrokerAccess {
  readonly isTls: boolean;
  /** What clients have to know brokers by, as PEM; null: what they know anyway. */
  readonly ca: string | null;
  /** Under which clusters have names of their own; null: they have none. */
  readonly domain: string | null;
}

/** What whoever is a client of clusters reads from its environment. */
export const brokerAccessEnv = {
  WEIR_BROKER_HOST: text('localhost'),
  WEIR_BROKER_PORT: port(9092),
  WEIR_BROKER_BOOTSTRAP: addresses().optional(),
  WEIR_BROKER_TLS: choice(['', '1'], ''),
  WEIR_BROKER_TLS_CA: text(''),
  WEIR_BROKER_DOMAIN: text(''),
};

interface Given {
  readonly WEIR_BROKER_HOST: string;
  readonly WEIR_BROKER_PORT: number;
  readonly WEIR_BROKER_BOOTSTRAP?: string | undefined;
  readonly WEIR_BROKER_TLS: string;
  readonly WEIR_BROKER_TLS_CA: string;
  readonly WEIR_BROKER_DOMAIN: string;
}

/** Throws EnvError where what is given does not go together. */
export const brokerAccessSettings = (given: Given) => ({
  /** What clients of the local cell bootstrap from: `host:port`, or several with commas between them. */
  bootstrapEndpoint: given.WEIR_BROKER_BOOTSTRAP ?? `${given.WEIR_BROKER_HOST}:${given.WEIR_BROKER_PORT}`,
  brokerAccess: brokerAccessOf(given),
});

const brokerAccessOf = (given: Given): BrokerAccess => {
  const { WEIR_BROKER_TLS: tls, WEIR_BROKER_TLS_CA: caFile, WEIR_BROKER_DOMAIN: domain } = given;
  const isTls = tls === '1';
  if (!isTls && (caFile !== '' || domain !== '')) {
    const setting = caFile === '' ? 'WEIR_BROKER_DOMAIN' : 'WEIR_BROKER_TLS_CA';
    throw new EnvError([
      `${setting} is set, and brokers have no TLS: set WEIR_BROKER_TLS=1, or leave it out.`,
    ]);
  }
  return { isTls, ca: caFile === '' ? null : certificateIn(caFile), domain: domain.toLowerCase() || null };
};

const certificateIn = (file: string): string => {
  try {
    const pem = readFileSync(file, 'utf8');
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EnvError([`WEIR_BROKER_TLS_CA names ${file}, which is to be a certificate as PEM: ${why}`]);
  }
};
