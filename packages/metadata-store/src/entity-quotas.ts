import type { Result } from './port.ts';
import { refused } from './rules.ts';
import { isStorable } from './storable.ts';

/** What a client quota bounds (KIP-13, KIP-124, KIP-599); the unit stands with each. */
export const entityQuotaKeys = [
  /** Bytes a second, at each broker. */
  'producer_byte_rate',
  'consumer_byte_rate',
  /** Of the time of a broker's thread for requests, hundredths. */
  'request_percentage',
  /** Partitions made and removed a second, at each broker. */
  'controller_mutation_rate',
] as const;
export type EntityQuotaKey = (typeof entityQuotaKeys)[number];

/** Whom a quota is for (KIP-546): a user, a client id, or both. null: its default; left out: whoever it is. */
export interface QuotaEntity {
  /** A principal without `User:`. */
  readonly user?: string | null;
  readonly clientId?: string | null;
}

/** What is set for one entity; each entity once, and none without a value. */
export interface EntityQuotaRecord extends QuotaEntity {
  readonly values: Readonly<Partial<Record<EntityQuotaKey, number>>>;
}

export interface EntityQuotaChanges {
  readonly clusterId: string;
  readonly entity: QuotaEntity;
  /** null: there is to be none. */
  readonly changes: readonly { readonly key: string; readonly value: number | null }[];
  /** Check everything, change nothing. */
  readonly validateOnly: boolean;
}

export type EntityQuotaRefusal = 'UNKNOWN_CLUSTER' | 'INVALID_REQUEST' | 'POLICY_VIOLATION';

/** The part of the metadata store about them. */
export interface EntityQuotasStore {
  /**
   * Changes quotas of one entity (KIP-546), all of them or none. What changes nothing makes no version. Readers are told
   * with the cluster.
   */
  alterEntityQuotas(asked: EntityQuotaChanges): Promise<Result<void, EntityQuotaRefusal>>;
}

/** Entities with quotas in a cluster: every broker of its cell reads them whenever anything of the cluster changes. */
export const entityQuotasMax = 200;
/** Characters of a user or client id that has a quota. */
export const quotaEntityLengthMax = 255;

export const isSameEntity = (one: QuotaEntity, other: QuotaEntity): boolean =>
  one.user === other.user && one.clientId === other.clientId;

const isKey = (key: string): key is EntityQuotaKey => entityQuotaKeys.some((known) => known === key);

/** The quotas as they are with the changes; null: they change nothing. `current` null: there is no such cluster. */
export function decideEntityQuotas(
  { clusterId, entity, changes }: EntityQuotaChanges,
  current: readonly EntityQuotaRecord[] | null,
): Result<readonly EntityQuotaRecord[] | null, EntityQuotaRefusal> {
  if (current === null) return refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`);
  const problem = entityProblem(entity);
  if (problem !== null) return refused('INVALID_REQUEST', problem);
  const before = current.find((record) => isSameEntity(record, entity));
  const values: Partial<Record<EntityQuotaKey, number>> = { ...before?.values };
  for (const { key, value } of changes) {
    // To take away what nobody has is no mistake, whatever it is called.
    if (value === null && !isKey(key)) continue;
    const wrong = valueProblem(key, value);
    if (!isKey(key) || wrong !== null) return refused('INVALID_REQUEST', wrong ?? unknownKey(key));
    if (value === null) delete values[key];
    else values[key] = value;
  }
  if (isSameValues(before?.values ?? {}, values)) return { ok: true, value: null };
  const others = current.filter((record) => record !== before);
  if (Object.keys(values).length === 0) return { ok: true, value: others };
  if (others.length >= entityQuotasMax) {
    return refused(
      'POLICY_VIOLATION',
      `The cluster has quotas for ${others.length} entities, and may have them for ${entityQuotasMax}.`,
    );
  }
  return { ok: true, value: [...others, { ...entity, values }] };
}

function entityProblem({ user, clientId }: QuotaEntity): string | null {
  if (user === undefined && clientId === undefined) return 'Invalid empty client quota entity';
  const problemOf = (type: string, name: string | null | undefined) => {
    if (name === undefined || name === null) return null;
    if (name === '') return `Empty ${type} not supported`;
    if (name.length <= quotaEntityLengthMax && isStorable(name)) return null;
    return `A ${type} with a quota has at most ${quotaEntityLengthMax} characters, and no NUL among them.`;
  };
  return problemOf('user', user) ?? problemOf('client-id', clientId);
}

const unknownKey = (key: string) => `Invalid configuration key ${key}`;

/** As Kafka says it: rates of bytes are whole numbers, the others are not. */
function valueProblem(key: string, value: number | null): string | null {
  if (!isKey(key)) return unknownKey(key);
  if (value === null) return null;
  if (!(value > 0)) return `Quota ${key} must be greater than 0`;
  if (key !== 'producer_byte_rate' && key !== 'consumer_byte_rate') {
    return Number.isFinite(value) ? null : `Quota ${key} must be a number`;
  }
  if (value > Number.MAX_SAFE_INTEGER) return `Proposed value for ${key} is too large for a LONG.`;
  return value % 1 > wholeWithin ? `${key} cannot be a fractional value.` : null;
}

const wholeWithin = 1e-6;

function isSameValues(one: EntityQuotaRecord['values'], other: EntityQuotaRecord['values']): boolean {
  return entityQuotaKeys.every((key) => one[key] === other[key]);
}
