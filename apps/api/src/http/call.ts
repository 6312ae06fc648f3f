/** Roles bound on the whole organization. Narrower ones come with role bindings. */
export type OrganizationRole = 'OrganizationAdmin';

/** Who calls, as found by the authentication guard. */
export interface Caller {
  readonly kind: 'User' | 'ServiceAccount';
  readonly id: string;
  readonly organizationId: string;
  readonly role: OrganizationRole | null;
  /** `mail`: a link that was mailed. */
  readonly via: 'session' | 'mail' | 'cloud-key' | 'cluster-key';
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
