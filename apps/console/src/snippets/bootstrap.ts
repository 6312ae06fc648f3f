/** How clients reach a cluster, as the API tells it. */
export interface Bootstrap {
  /** `host:port`, or several with commas between them. */
  readonly servers: string;
  readonly protocol: 'SASL_SSL' | 'SASL_PLAINTEXT';
  /** Where the certificate is that clients are to trust; null: they need none. */
  readonly caUrl: string | null;
}

/** Null while there are no brokers yet. */
export function bootstrapOf(spec: {
  readonly kafka_bootstrap_endpoint: string;
  readonly kafka_ca_endpoint?: string | undefined;
}): Bootstrap | null {
  if (spec.kafka_bootstrap_endpoint === '') return null;
  const addresses = spec.kafka_bootstrap_endpoint.split(',');
  return {
    servers: addresses.map((address) => address.slice(address.indexOf('://') + 3)).join(','),
    protocol: addresses[0]?.startsWith('SASL_SSL:') ? 'SASL_SSL' : 'SASL_PLAINTEXT',
    caUrl: spec.kafka_ca_endpoint ?? null,
  };
}
