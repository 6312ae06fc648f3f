import type { ControlDb } from '@weir/db/control';

/** Whether the ledger of a day of UTC is gone, or about to be. */
export const isDaySealed = async (db: ControlDb, day: Date): Promise<boolean> =>
  (await db.usageSealed.count({ where: { grain: 'day', since: day } })) > 0;

/** Asking twice is asking once. */
export const askForRebuild = async (db: ControlDb, day: Date): Promise<void> => {
  await db.usageRebuild.createMany({ data: [{ day }], skipDuplicates: true });
};
