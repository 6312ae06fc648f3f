import {
  type KindLimits,
  limitsOfBasic,
  limitsOfDedicated,
  limitsOfStandard,
} from '@weir/contracts/cluster-kinds';

/** Limits of a cluster whose use is known here, as they are named in replies. */
export const clusterLimits = [
  {
    name: 'ingressBytesPerSecMax',
    id: 'kafka_cluster.ingress_bytes_per_sec.max',
    text: 'Bytes written a second',
  },
  { name: 'egressBytesPerSecMax', id: 'kafka_cluster.egress_bytes_per_sec.max', text: 'Bytes read a second' },
  { name: 'requestsPerSecMax', id: 'kafka_cluster.requests_per_sec.max', text: 'Requests a second' },
  { name: 'connectionsMax', id: 'kafka_cluster.connections.max', text: 'Connections' },
  { name: 'partitionsMax', id: 'kafka_cluster.partitions.max', text: 'Partitions' },
  { name: 'aclsMax', id: 'kafka_cluster.acls.max', text: 'ACLs' },
] as const satisfies readonly {
  readonly name: keyof KindLimits;
  readonly id: string;
  readonly text: string;
}[];

export type ClusterLimitName = (typeof clusterLimits)[number]['name'];

/** What a kind has unless something was changed. */
export const limitsOfKind = (kind: string, cku: number | null): KindLimits => {
  if (kind === 'Dedicated') return limitsOfDedicated(cku ?? 1);
  return kind === 'Standard' ? limitsOfStandard : limitsOfBasic;
};
