import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';
import { dayMs, lockIntake } from './usage.store.ts';

/** A day of UTC, whose windows, ledger and minutes are parts of their own; or a month, whose usage_hours are. */
export interface UsagePart {
  readonly grain: 'day' | 'month';
  readonly since: Date;
}

const tablesOf: Readonly<Record<UsagePart['grain'], readonly string[]>> = {
  day: ['usage_ledger', 'usage_minutes', 'usage_windows'],
  month: ['usage_hours'],
};

export const endOf = ({ grain, since }: UsagePart): Date =>
  grain === 'day'
    ? new Date(since.getTime() + dayMs)
    : new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth() + 1));

/** Makes what windows of these days go into, ahead of the first of them. */
export const makeDays = (db: ControlDb, days: readonly Date[]): Promise<void> =>
  db.$transaction(async (tx) => {
    await lockIntake(tx);
    await tx.$executeRaw`SELECT make_usage_day(day)::text FROM unnest(${[...days]}::timestamptz[]) AS day`;
  });

interface FoundTable {
  readonly parent: string;
  readonly name: string;
  /** Its detaching began and was cut short. */
  readonly isPending: boolean;
}

/** Tables that parts are made of, as they are there. */
const findTables = async (db: ControlDb, parents: readonly string[]): Promise<readonly FoundTable[]> =>
  db.$queryRaw<FoundTable[]>`
    SELECT parent.relname AS parent, part.relname AS name, i.inhdetachpending AS "isPending"
      FROM pg_inherits i
      JOIN pg_class parent ON parent.oid = i.inhparent
      JOIN pg_class part ON part.oid = i.inhrelid
     WHERE parent.oid = ANY (SELECT to_regclass(name) FROM unnest(${[...parents]}::text[]) AS name)
     ORDER BY part.relname`;

const digitsOf = /_(\d{4})(\d{2})(\d{2})?$/;

const partOf = (name: string): UsagePart | null => {
  const [, year, month, day] = digitsOf.exec(name) ?? [];
  if (year === undefined || month === undefined) return null;
  const since = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1)));
  return { grain: day === undefined ? 'month' : 'day', since };
};

/** Parts that are there and end by that time, oldest first. */
export const findParts = async (
  db: ControlDb,
  grain: UsagePart['grain'],
  endsBy: Date,
): Promise<readonly UsagePart[]> => {
  const parts = new Map<number, UsagePart>();
  for (const { name } of await findTables(db, tablesOf[grain])) {
    const part = partOf(name);
    if (part !== null && endOf(part) <= endsBy) parts.set(part.since.getTime(), part);
  }
  return [...parts.values()].toSorted((one, other) => one.since.getTime() - other.since.getTime());
};

export const isSealed = async (db: ControlTx, { grain, since }: UsagePart): Promise<boolean> =>
  (await db.usageSealed.count({ where: { grain, since } })) > 0;

/** When the last window of a part was taken in; null: none was. */
export const lastReceived = async (db: ControlTx, part: UsagePart): Promise<Date | null> => {
  const windowStart = { gte: part.since, lt: endOf(part) };
  const found = await db.usageWindow.aggregate({ where: { windowStart }, _max: { receivedAt: true } });
  return found._max.receivedAt;
};

/**
 * Has a part take nothing in any more, unless something came since it was compared. Of a day it notes which windows are
 * counted. Returns whether it is sealed.
 */
export const seal = (db: ControlDb, part: UsagePart, comparedAt: Date | null): Promise<boolean> =>
  db.$transaction(async (tx) => {
    await lockIntake(tx);
    const last = await lastReceived(tx, part);
    if (last?.getTime() !== comparedAt?.getTime()) return false;
    const { grain, since } = part;
    await tx.usageSealed.create({ data: { grain, since } });
    if (grain === 'day') {
      await tx.$executeRaw`
        INSERT INTO usage_sealed_windows (day, broker_id, boot_epoch, numbers)
        SELECT ${since}::timestamptz, broker_id, boot_epoch, range_agg(int8range(number, number + 1))
          FROM (SELECT broker_id, boot_epoch, usage_window_number(window_start) AS number FROM usage_windows
                 WHERE window_start >= ${since} AND window_start < ${endOf(part)}) AS windows
         GROUP BY broker_id, boot_epoch`;
    }
    return true;
  });

/** Removes what a sealed part is made of, without keeping anyone waiting who reads or writes. One that was cut short goes on. */
export const dropPart = async (db: ControlDb, part: UsagePart): Promise<void> => {
  for (const { isPending, name, parent } of await findTables(db, tablesOf[part.grain])) {
    if (partOf(name)?.since.getTime() !== part.since.getTime()) continue;
    const detach = isPending ? 'FINALIZE' : 'CONCURRENTLY';
    await db.$executeRaw`${Prisma.raw(`ALTER TABLE "${parent}" DETACH PARTITION "${name}" ${detach}`)}`;
    await db.$executeRaw`${Prisma.raw(`DROP TABLE "${name}"`)}`;
  }
};
