import type { AppliedQuota } from '@weir/contracts/quotas';

export type LimitState = 'calm' | 'near' | 'reached';

/** From here on somebody should do something about it. */
const nearShare = 0.8;

export interface LimitUse {
  readonly share: number;
  readonly state: LimitState;
}

/** How much of a limit is used. A limit of 0 is used up by nothing and by anything. */
export function limitUse({ applied_limit, usage }: Pick<AppliedQuota, 'applied_limit' | 'usage'>): LimitUse {
  const share = applied_limit === 0 ? 1 : Math.min(usage / applied_limit, 1);
  if (share >= 1) return { share, state: 'reached' };
  return { share, state: share >= nearShare ? 'near' : 'calm' };
}

/** The names that brokers have for limits, by which it is known what to do about them. */
const brokerNames: Readonly<Record<string, string>> = {
  'kafka_cluster.ingress_bytes_per_sec.max': 'ingressBytesPerSecMax',
  'kafka_cluster.egress_bytes_per_sec.max': 'egressBytesPerSecMax',
  'kafka_cluster.requests_per_sec.max': 'requestsPerSecMax',
  'kafka_cluster.connections.max': 'connectionsMax',
  'kafka_cluster.partitions.max': 'partitionsMax',
};

export const brokerNameOf = (id: string): string | null => brokerNames[id] ?? null;

/** What to do about a limit of an organization or of an owner of keys. */
export function adviceOf(id: string): string {
  if (id.endsWith('api_keys.max')) return 'Revoke keys that nobody uses: the list of keys shows them.';
  if (id.endsWith('acls.max')) return 'Remove ACLs that nobody needs, or grant by prefix.';
  return 'Remove what is not used any more, or ask the operator for more.';
}
