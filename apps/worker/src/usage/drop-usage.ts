import type { WorkerDeps } from '../deps.ts';
import { differencesOfDay, differencesOfHour } from './compare-usage.store.ts';
import { dayMs, dayOf } from './usage.store.ts';
import {
  dropPart,
  endOf,
  findParts,
  isSealed,
  lastReceived,
  makeDays,
  seal,
  type UsagePart,
} from './usage-part.store.ts';

/** For how long usage is kept as fine as that; days, and hours by cluster, are kept for good. */
export interface UsageKept {
  /** Days of UTC that windows, the ledger and minutes are kept after they ended. */
  readonly rawDays: number;
  /** Months that hours by topic, principal and key are kept after they ended. */
  readonly hourMonths: number;
}

export const usageKeptUsual: UsageKept = { rawDays: 35, hourMonths: 13 };

/** Days that have where their windows go before they begin: the worker may be away for so long. */
const daysAhead = 3;
const hourMs = 3_600_000;

type DropDeps = Pick<WorkerDeps, 'clock' | 'db' | 'logger' | 'metrics'>;

/**
 * Makes what windows of the next days go into, and drops what is past its time: a part at a time, and only once all that
 * is derived of it was compared with it and found equal. One that differs stays, as the one place where the truth is.
 * What is due stands in Postgres alone; who is stopped in between goes on, and several at once do no harm.
 */
export const dropUsage = async (deps: DropDeps, kept: UsageKept): Promise<void> => {
  const nowMs = deps.clock.now();
  const ahead = Array.from({ length: daysAhead + 1 }, (_, days) => dayOf(nowMs + days * dayMs));
  await makeDays(deps.db, ahead);
  const days = await findParts(deps.db, 'day', new Date(nowMs - kept.rawDays * dayMs));
  const months = await findParts(deps.db, 'month', monthsBefore(nowMs, kept.hourMonths));
  let differing = 0;
  for (const part of [...days, ...months]) if (!(await dropOne(deps, part))) differing += 1;
  deps.metrics.differingParts(differing);
};

const monthsBefore = (ms: number, months: number): Date => {
  const now = new Date(ms);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months));
};

/** False where it differs. */
const dropOne = async ({ db, logger }: DropDeps, part: UsagePart): Promise<boolean> => {
  const about = { grain: part.grain, since: part.since.toISOString() };
  if (!(await isSealed(db, part))) {
    const receivedAt = await lastReceived(db, part);
    const differences = await differencesOf(db, part);
    if (differences > 0) {
      logger.error({ ...about, differences }, 'usage is kept: what is derived of it differs');
      return false;
    }
    // A window came meanwhile: the next look compares anew.
    if (!(await seal(db, part, receivedAt))) return true;
  }
  await dropPart(db, part);
  logger.info(about, 'usage is dropped: what is derived of it was equal');
  return true;
};

const differencesOf = async (db: WorkerDeps['db'], part: UsagePart): Promise<number> => {
  const [fromMs, toMs] = [part.since.getTime(), endOf(part).getTime()];
  let differences = 0;
  // An hour at a time, so that no look is a long one.
  if (part.grain === 'day')
    for (let ms = fromMs; ms < toMs; ms += hourMs) differences += await differencesOfHour(db, new Date(ms));
  for (let ms = fromMs; ms < toMs; ms += dayMs) differences += await differencesOfDay(db, new Date(ms));
  return differences;
};
