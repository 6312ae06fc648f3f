import { type AdminTools, UsageError } from './operator.ts';

const shownMax = 100;
/** Failed so often, it is tried once in half a minute and needs somebody's eyes. */
const stuckAttempts = 5;

/** What cells have not taken for a while, the oldest first. */
export const showStuck = async ({ db, print }: AdminTools): Promise<void> => {
  const rows = await db.outbox.findMany({
    where: { appliedAt: null, attempts: { gte: stuckAttempts } },
    orderBy: { id: 'asc' },
    take: shownMax,
  });
  for (const { attempts, createdAt, id, lastError, subjectId, subjectKind } of rows) {
    print(
      `${id}  ${subjectKind} ${subjectId}  since ${createdAt.toISOString()}, ${attempts} attempts: ${lastError ?? ''}`,
    );
  }
  if (rows.length === 0) print('nothing is stuck');
};

/** Makes what is not applied due now, one entry or all. The worker applies it within seconds; twice changes nothing. */
export const replay = async ({ clock, db, print }: AdminTools, which: string | undefined): Promise<void> => {
  if (which !== 'all' && !/^\d{1,18}$/.test(which ?? '')) {
    throw new UsageError(`"${which ?? ''}" is no number of an entry, as outbox stuck shows it, nor "all".`);
  }
  const one = which === 'all' ? {} : { id: BigInt(which ?? '') };
  const { count } = await db.outbox.updateMany({
    where: { appliedAt: null, ...one },
    data: { dueAt: new Date(clock.now()) },
  });
  print(`${count} due now`);
};
