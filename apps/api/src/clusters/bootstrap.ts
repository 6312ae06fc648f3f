import type { BrokerAccess } from '../settings.ts';
import type { ClusterRow } from './cluster.store.ts';

/** What is the same for the brokers of all cells. */
export interface BootstrapSettings {
  /** Of clusters of the local cell: `host:port`, or several with commas between them. */
  readonly bootstrapEndpoint: string;
  readonly brokerAccess: Pick<BrokerAccess, 'isTls' | 'domain'>;
}

type Placed = Pick<ClusterRow, 'id' | 'bootstrapEndpoint' | 'kind'>;

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
