import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { errorName } from '@weir/kafka-protocol/errors';
import { fetchFrom, offsetFor } from '../fetch-client.ts';
import { type Client, NoAnswer } from '../wire-client.ts';
import { Violation } from '../world.ts';
import { readCommitted } from './committed-records.ts';
import type { Scan } from './journal.ts';
import { type JournalStage, journalTopic } from './journal-stage.ts';

const committedOnly = { topic: journalTopic, isCommittedOnly: true };

/** Reads what is committed, from the beginning or from anywhere, again and again. */
export async function readJournal(at: JournalStage, name: string): Promise<void> {
  const { stage } = at;
  const { world } = stage;
  let client = await at.connect(name);
  while (client !== null) {
    try {
      const scanned = await scan(at, client, world.random.pick(at.partitions), world.random.chance(0.3));
      if (scanned !== null) at.journal.check(scanned, stage.staleMs);
      const ids = [...at.journal.transactions.keys()];
      if (ids.length > 0) await fetchOffset(at, client, world.random.pick(ids));
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
    }
    await world.sleep(world.delay(20, 800));
    client = await at.connect(name, client);
  }
}

/** What there is to be read of the partition; null where the broker cannot tell, or records went meanwhile. */
export async function scan(
  at: JournalStage,
  client: Client,
  partition: number,
  isWhole: boolean,
): Promise<Scan | null> {
  const { stage, journal } = at;
  const { world } = stage;
  const beganMs = world.now;
  const range = await rangeOf(at, client, partition);
  if (range === null) return null;
  const from = isWhole ? range.from : world.random.integer(range.from, range.to);
  const found = new Map<number, string>();
  const partitionMaxBytes = world.random.pick([1, 500, 5_000, 1 << 20]);
  for (let [position, silent] = [from, 0]; ; ) {
    const options = { ...committedOnly, maxWaitMs: 0, maxBytes: 1 << 20, partitionMaxBytes };
    const { parts } = await fetchFrom(stage, client, new Map([[partition, position]]), options);
    const [part] = parts;
    const isOut = part?.error === 'OFFSET_OUT_OF_RANGE';
    if (isOut && position >= part.logStartOffset && position <= part.highWatermark)
      throw new Violation(`journal-${partition}: ${position} is in range, and was said not to be`);
    if (part === undefined || part.error !== 'NONE') return null;
    const read = readCommitted(part.records, position, part.aborted);
    if (read.nextOffset > position && read.nextOffset > part.lastStableOffset)
      throw new Violation(`journal-${partition}: ${read.nextOffset} lies behind ${part.lastStableOffset}`);
    for (const record of read.records) {
      journal.found(partition, record);
      if (!record.isAborted) found.set(record.offset, record.id);
    }
    silent = read.nextOffset === position ? silent + 1 : 0;
    position = read.nextOffset;
    if (position >= part.lastStableOffset) return { partition, from, to: position, beganMs, found };
    if (silent > 20) throw new Violation(`journal-${partition}: nothing comes from ${position} on`);
    if (silent > 0) await world.sleep(50);
  }
}

/** From where to where it can be read now; null: it cannot be told. */
async function rangeOf(
  { stage, journal, latestMs }: JournalStage,
  client: Client,
  partition: number,
): Promise<{ readonly from: number; readonly to: number } | null> {
  const { world } = stage;
  const asOf = world.now - stage.staleMs;
  const place = String(partition);
  const startFloor = journal.starts.of(place, asOf);
  const endFloor = journal.stableEnds.of(place, asOf);
  const start = await offsetFor(stage, client, partition, -2, committedOnly);
  const end = await offsetFor(stage, client, partition, -1, committedOnly);
  if (start === null || end === null) return null;
  if (start.offset < startFloor)
    throw new Violation(
      `journal-${partition}: deleted up to ${startFloor}, and it begins at ${start.offset}`,
    );
  if (end.offset < endFloor)
    throw new Violation(`journal-${partition} could be read up to ${endFloor}, and now to ${end.offset}`);
  journal.checkStart(partition, start.offset, latestMs());
  // Where records were deleted up to there it tells of nothing else, and that may not be acknowledged yet.
  if (end.offset > start.offset) journal.stableEnds.raise(place, end.offset, world.now);
  return end.offset < start.offset ? null : { from: start.offset, to: end.offset };
}

/** What the id's group has committed by its transactions; false where nobody can tell. */
export async function fetchOffset(
  { stage, journal }: JournalStage,
  client: Client,
  transactionalId: string,
): Promise<boolean> {
  const floor = journal.commits.of(transactionalId, stage.world.now - stage.staleMs);
  const answer = await client.request(offsetFetchApi, 7, {
    ...{ groupId: transactionalId, requireStable: true, groups: [] },
    topics: [{ name: journalTopic, partitionIndexes: [0] }],
  });
  const found = answer.topics[0]?.partitions[0];
  const error = errorName(answer.errorCode === 0 ? (found?.errorCode ?? -1) : answer.errorCode);
  if (found === undefined || error !== 'NONE') return false;
  const { committedOffset } = found;
  if (committedOffset < floor)
    throw new Violation(`the offset of ${transactionalId} was ${floor}, and is ${committedOffset}`);
  journal.commits.raise(transactionalId, committedOffset, stage.world.now);
  journal.foundOffset(transactionalId, committedOffset);
  return true;
}
