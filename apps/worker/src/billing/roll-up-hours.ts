import type { WorkerDeps } from '../deps.ts';
import { findDueHours, rollUpHour, setRolledUpThrough } from './usage-hour.store.ts';

/**
 * Takes windows that came since the last look into their hours, by which usage is rated. What is due stands in Postgres
 * alone; who is stopped in between, or does it twice, changes nothing. Returns how many hours it derived.
 */
export const rollUpHours = async (deps: Pick<WorkerDeps, 'db'>): Promise<number> => {
  const { hours, through } = await findDueHours(deps.db);
  for (const due of hours) await rollUpHour(deps.db, due);
  await setRolledUpThrough(deps.db, through);
  return hours.length;
};
