import type { BrokerRecord } from './model.ts';
import type { BrokerLifeId, NewBroker, Result } from './port.ts';
import { type Refused, refused } from './rules.ts';

/** How long a broker counts as alive after it has renewed its lease. */
export const brokerLeaseMs = 2_000;

/** A renewal that comes later than this after the one before it is a break. Brokers renew each 500 ms. */
export const renewalGapMsMax = 750;

/** Times are milliseconds since the epoch by the store's clock. */
export interface Lease {
  readonly untilMs: number;
  /** Since then it was renewed without a break. */
  readonly renewedSinceMs: number;
}

export const isExpired = (lease: Lease | null, nowMs: number): boolean =>
  lease === null || lease.untilMs <= nowMs;

const isWithoutBreak = (lease: Lease, nowMs: number) =>
  nowMs - (lease.untilMs - brokerLeaseMs) <= renewalGapMsMax;

/** The lease of a life that begins now. */
export const newLease = (nowMs: number): Lease => ({
  untilMs: nowMs + brokerLeaseMs,
  renewedSinceMs: nowMs,
});

export function renewed(lease: Lease, nowMs: number): Lease {
  const renewedSinceMs = isWithoutBreak(lease, nowMs) ? lease.renewedSinceMs : nowMs;
  return { untilMs: nowMs + brokerLeaseMs, renewedSinceMs };
}

/** The life of a broker id that the store knows last. */
export interface LastLife {
  readonly record: BrokerRecord;
  readonly directoryPlace: string | null;
  /** The last one that was told of its directory; 0: none. */
  readonly directoryMark: number;
  readonly hasLease: boolean;
}

export interface Registration {
  readonly record: BrokerRecord;
  /** null: the first life of its id, so there is nothing that it held. */
  readonly before: { readonly isDirectoryLost: boolean } | null;
}

/** KIP-631: while a broker lives nobody else gets its id. */
export function decideRegistration(
  {
    directoryPlace,
    lastBootEpochMax,
    directoryMark,
    hasLostWrites,
    missingReplicas: _,
    ...broker
  }: NewBroker,
  last: LastLife | null,
): Result<Registration, 'DUPLICATE_BROKER_REGISTRATION'> {
  const isSuccessor = directoryPlace !== null && last?.directoryPlace === directoryPlace;
  if (last?.hasLease === true && !isSuccessor) {
    const { host, port } = last.record;
    const message = `Broker ${broker.brokerId} is alive at ${host}:${port}, with another data directory. Stop it, or give this one an id of its own.`;
    return refused('DUPLICATE_BROKER_REGISTRATION', message);
  }
  const { bootEpoch, isCordoned } = last?.record ?? { bootEpoch: 0, isCordoned: false };
  const record = { ...broker, bootEpoch: bootEpoch + 1, isFenced: false, isCordoned };
  if (last === null) return { ok: true, value: { record, before: null } };
  const { directoryId } = last.record;
  // A cell of before directories had names does not know which one it was.
  const isAnother = directoryId !== '' && directoryId !== broker.directoryId;
  const isOld = directoryId !== '' && lastBootEpochMax !== null && lastBootEpochMax < last.record.bootEpoch;
  const isSetBack = directoryId !== '' && directoryMark !== null && directoryMark < last.directoryMark;
  const isDirectoryLost = isAnother || isOld || isSetBack || hasLostWrites;
  return { ok: true, value: { record, before: { isDirectoryLost } } };
}

export function staleBrokerEpoch(brokerId: number): Refused<'STALE_BROKER_EPOCH'> {
  return refused('STALE_BROKER_EPOCH', `Another broker has registered as broker ${brokerId}.`);
}

export function brokerNotRegistered(brokerId: number): Refused<'BROKER_ID_NOT_REGISTERED'> {
  return refused('BROKER_ID_NOT_REGISTERED', `The cell has no broker ${brokerId}.`);
}

/** Whether who proposes an election may say of others that they are gone; null: it may. */
export function proposalProblem(
  proposer: BrokerLifeId,
  record: Pick<BrokerRecord, 'bootEpoch' | 'isFenced'> | null,
  lease: Lease | null,
  nowMs: number,
): Refused<'STALE_BROKER_EPOCH' | 'NOT_TRUSTED'> | null {
  const { brokerId, bootEpoch } = proposer;
  if (record?.bootEpoch !== bootEpoch) return staleBrokerEpoch(brokerId);
  if (record.isFenced) return refused('NOT_TRUSTED', `Broker ${brokerId} is fenced itself.`);
  // A break that has not ended yet is one, too: the store may have been away for as long.
  const isSteady =
    lease !== null && isWithoutBreak(lease, nowMs) && nowMs - lease.renewedSinceMs >= brokerLeaseMs;
  if (isSteady) return null;
  const message = `Broker ${brokerId} has not renewed its own lease without a break for ${brokerLeaseMs} ms.`;
  return refused('NOT_TRUSTED', message);
}
