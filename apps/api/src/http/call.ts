import type { Access } from '../access/access.ts';

/** Who calls, as found by the authentication guard. */
export interface Caller {
  /** `System`: nobody of the organization, as a report of a secret that was found, or DNS. `Operator`: who runs this cloud. */
  readonly kind: 'User' | 'ServiceAccount' | 'System' | 'Operator';
  readonly id: string;
  readonly organizationId: string;
  /** What all of his roles in that organization allow; of a cluster's key nothing, whoever owns it. */
  readonly access: Access;
  /** `mail`: a link that was mailed. `report`: somebody told of a secret. `dns`: a record of a domain is gone. `admin`: the operator's program. */
  readonly via: 'session' | 'mail' | 'cloud-key' | 'cluster-key' | 'report' | 'dns' | 'admin';
  /** Of a person in a browser; null: a key. */
  readonly sessionId: string | null;
  /** Set when the caller came with a cluster's key: it opens that cluster and nothing else. */
  readonly clusterId: string | null;
}

/** One request as use cases see it: who, from where, and under which Idempotency-Key. */
export interface Call {
  readonly caller: Caller;
  readonly requestId: string;
  readonly sourceIp: string | null;
  readonly idempotency: Idempotency | null;
}

export interface Idempotency {
  readonly key: string;
  readonly operation: string;
  /** Of method, path, query and body: the same key for another request is a mistake. */
  readonly requestHash: string;
}
