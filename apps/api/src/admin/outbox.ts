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

/** Cells, what they are to be, and what was placed on them. How their brokers fare `npm run cell -- status` tells. */
export const listCells = async ({ db, print }: AdminTools): Promise<void> => {
  const [cells, placed] = await Promise.all([
    db.cell.findMany({ orderBy: { id: 'asc' }, include: { _count: { select: { brokers: true } } } }),
    db.cluster.groupBy({ by: ['cellId'], where: { deletedAt: null }, _count: true }),
  ]);
  const clustersOn = new Map(placed.map(({ _count, cellId }) => [cellId, _count]));
  for (const { _count, brokersWanted, id, kind, problem, region, state } of cells) {
    const brokers = brokersWanted === null ? 'the installation’s brokers' : `${_count.brokers} brokers`;
    const trouble = problem === null ? '' : `  ${problem}`;
    print(`${id}  ${kind} ${state} in ${region}  ${clustersOn.get(id) ?? 0} clusters, ${brokers}${trouble}`);
  }
};
