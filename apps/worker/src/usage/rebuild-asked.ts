import type { WorkerDeps } from '../deps.ts';
import { findAsked, forgetAsked, rebuildDay } from './rebuild-usage.store.ts';

/** Derives days again that the operator asked for; who is stopped in between begins with the same day. Returns how many. */
export const rebuildAsked = async ({ db, logger }: Pick<WorkerDeps, 'db' | 'logger'>): Promise<number> => {
  const days = await findAsked(db);
  for (const day of days) {
    await rebuildDay(db, day);
    await forgetAsked(db, day);
    logger.info({ day: day.toISOString() }, 'what is derived of a day of usage was derived again');
  }
  return days.length;
};
