import type { BrokerAccess } from '@weir/runtime/broker-access-env';
import type { BrokerPlace } from './connection.ts';

/** What is the same for the brokers of all cells. */
export interface BootstrapSettings {
  /** Of clusters of the local cell: `host:port`, or several with commas between them. */
  readonly bootstrapEndpoint: string;
  readonly brokerAccess: Pick<BrokerAccess, 'isTls' | 'domain'>;
}

/** What of a cluster tells where its brokers are. */
interface Placed {
  readonly id: string;
  /** Null: of the local cell, or not known yet. */
  readonly bootstrapEndpoint: string | null;
  readonly kind: string;
}

/**
 * What clients of the cluster bootstrap from, `host:port` with commas between several; empty where that is not known yet.
 * Where clusters have names of their own, by the cluster's own.
 */
export const bootstrapOf = (row: Placed, { bootstrapEndpoint, brokerAccess }: BootstrapSettings): string => {
  const endpoint = row.bootstrapEndpoint ?? (row.kind === 'Dedicated' ? '' : bootstrapEndpoint);
  const { domain } = brokerAccess;
  if (domain === null || endpoint === '') return endpoint;
  const named = endpoint
    .split(',')
    .map((address) => `${row.id}.${domain}${address.slice(address.lastIndexOf(':'))}`);
  return [...new Set(named)].join(',');
};

/** The same as people are told it: each address with how it is spoken to. */
export const bootstrapEndpointOf = (row: Placed, settings: BootstrapSettings): string => {
  const bootstrap = bootstrapOf(row, settings);
  const protocol = settings.brokerAccess.isTls ? 'SASL_SSL' : 'SASL_PLAINTEXT';
  if (bootstrap === '') return '';
  return bootstrap
    .split(',')
    .map((address) => `${protocol}://${address}`)
    .join(',');
};

/** One of the addresses that clients bootstrap from, which take turns. Throws where there is none. */
export const placeAt = (
  bootstrap: string,
  turn: number,
  { ca, isTls }: Pick<BrokerAccess, 'ca' | 'isTls'>,
): BrokerPlace => {
  const addresses = bootstrap.split(',');
  const address = addresses[turn % addresses.length] ?? '';
  const colon = address.lastIndexOf(':');
  if (colon < 0) throw new Error('there is no address to begin with');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(colon + 1)), trust: isTls ? { ca } : null };
};
