import type { ControlDb, ControlTx } from '@weir/db/control';
import { currentTraceparent } from '@weir/runtime/tracing';

/**
 * What an outbox row points at. `access`: who may do what in a cluster, by its id. `restraints`: what paying has to do with
 * the clusters of an organization, by its id.
 */
export type SubjectKind = 'cluster' | 'api-key' | 'access' | 'restraints';

export interface OutboxEntry {
  readonly id: bigint;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  readonly attempts: number;
  /** Of what wrote it; null: that was not traced. */
  readonly traceparent: string | null;
}

/** How long the request that wrote an entry has it to itself before the worker takes it up. */
const graceMs = 3_000;
const backoffMsMin = 1_000;
/** Whatever failed is tried again at least this often, which keeps the promise of a minute. */
const backoffMsMax = 30_000;
const errorLengthMax = 500;

/** In the transaction that writes the intent: from its commit on, the intent will be applied. */
export const addToOutbox = async (
  tx: ControlTx,
  subjectKind: SubjectKind,
  subjectId: string,
  now: number,
): Promise<bigint> => {
  const dueAt = new Date(now + graceMs);
  const data = { subjectKind, subjectId, dueAt, traceparent: currentTraceparent() };
  const row = await tx.outbox.create({ data, select: { id: true } });
  return row.id;
};

/** The same for many at once, which the worker applies: nobody waits for them within a request. */
export const addAllToOutbox = async (
  tx: ControlTx,
  subjectKind: SubjectKind,
  subjectIds: readonly string[],
  now: number,
): Promise<void> => {
  const dueAt = new Date(now);
  const traceparent = currentTraceparent();
  const data = subjectIds.map((subjectId) => ({ subjectKind, subjectId, dueAt, traceparent }));
  await tx.outbox.createMany({ data });
};

/** Null if there is no such entry or it has been applied. */
export const findOpenEntry = async (tx: ControlTx, id: bigint): Promise<OutboxEntry | null> => {
  const row = await tx.outbox.findFirst({
    where: { id, appliedAt: null },
    select: { id: true, subjectKind: true, subjectId: true, attempts: true, traceparent: true },
  });
  if (!row) return null;
  return { ...row, subjectKind: subjectKindOf(row.subjectKind) };
};

/** The oldest entries that are due, at most `limit`. */
export const findDueEntries = async (
  db: ControlDb,
  now: number,
  limit: number,
): Promise<readonly bigint[]> => {
  const rows = await db.outbox.findMany({
    where: { appliedAt: null, dueAt: { lte: new Date(now) } },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map((row) => row.id);
};

/** Applied entries of one subject: an apply takes its newest intent, so it settles the older entries too. */
export const markApplied = async (tx: ControlTx, entry: OutboxEntry, now: number): Promise<void> => {
  await tx.outbox.updateMany({
    where: {
      subjectKind: entry.subjectKind,
      subjectId: entry.subjectId,
      appliedAt: null,
      id: { lte: entry.id },
    },
    data: { appliedAt: new Date(now), lastError: null },
  });
};

export const markFailed = async (
  db: ControlDb,
  entry: OutboxEntry,
  cause: unknown,
  now: number,
): Promise<void> => {
  const backoffMs = Math.min(backoffMsMin * 2 ** Math.min(entry.attempts, 10), backoffMsMax);
  const lastError = String(cause instanceof Error ? cause.message : cause).slice(0, errorLengthMax);
  await db.outbox.updateMany({
    where: { id: entry.id, appliedAt: null },
    data: { attempts: { increment: 1 }, dueAt: new Date(now + backoffMs), lastError },
  });
};

/** Removes what was applied before that time. Returns how many rows. */
export const pruneOutbox = async (db: ControlDb, before: number): Promise<number> => {
  const { count } = await db.outbox.deleteMany({ where: { appliedAt: { lt: new Date(before) } } });
  return count;
};

const subjectKindOf = (text: string): SubjectKind => {
  if (text === 'cluster' || text === 'api-key' || text === 'access' || text === 'restraints') return text;
  throw new Error(`an outbox row of unknown kind ${text}`);
};
