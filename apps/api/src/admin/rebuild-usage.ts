import { type AdminTools, UsageError } from './operator.ts';
import { askForRebuild, isDaySealed } from './rebuild-usage.store.ts';

const dayForm = /^\d{4}-\d{2}-\d{2}$/;

/** Has the worker derive all that is derived of a day of the ledger again, within seconds. */
export const rebuildUsage = async (
  { db, print }: Pick<AdminTools, 'db' | 'print'>,
  text = '',
): Promise<void> => {
  const ms = dayForm.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // The thirtieth of February is the second of March to some.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text))
    throw new UsageError('Name a day of UTC, such as 2026-11-23.');
  const day = new Date(ms);
  if (await isDaySealed(db, day))
    throw new UsageError(
      `The ledger of ${text} is gone: what is derived of it was compared with it, and equal.`,
    );
  await askForRebuild(db, day);
  print(`the worker derives minutes, hours and days of ${text} again, as soon as it runs`);
};
