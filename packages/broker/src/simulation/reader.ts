import { fetchFrom, offsetFor } from './fetch-client.ts';
import { readRecords } from './history.ts';
import type { Stage } from './stage.ts';
import { epochMs } from './wall-clock.ts';
import { type Client, NoAnswer } from './wire-client.ts';
import { Violation } from './world.ts';

/** Reads anywhere, and looks for times, for as long as the stage is open: what no consumer does who goes on and on. */
export async function readAnywhere(stage: Stage): Promise<void> {
  for (let client = await stage.connect('reader'); client !== null; ) {
    try {
      await readOnce(stage, client);
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
    }
    await stage.world.sleep(stage.world.delay(10, 300));
    client = await stage.connect('reader', client);
  }
}

/** One partition, one place in it, and one time. */
export async function readOnce(stage: Stage, client: Client): Promise<void> {
  const partition = stage.world.random.pick(stage.partitions);
  const first = await offsetFor(stage, client, partition, -2);
  const place = stage.place(partition);
  const floor = stage.endFloor(partition);
  const end = await offsetFor(stage, client, partition, -1);
  if (end !== null && end.offset < floor)
    throw new Violation(`${place}: it ended at ${floor}, and ends at ${end.offset} now`);
  if (first === null || end === null || end.offset < first.offset) return;
  await readAt(stage, client, partition, stage.world.random.integer(first.offset, end.offset));
  await findTime(stage, client, partition);
}

async function readAt(stage: Stage, client: Client, partition: number, offset: number): Promise<void> {
  const { random } = stage.world;
  // A batch always comes, whatever the limits; a broker that is short of memory may let wait for it.
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const fetched = await fetchFrom(stage, client, new Map([[partition, offset]]), {
      maxWaitMs: 0,
      maxBytes: 1 << 20,
      partitionMaxBytes: random.pick([1, 1_000, 1 << 20]),
    });
    const [part] = fetched.parts;
    if (part === undefined) throw new Violation('a fetch was answered without its partition');
    if (part.error === 'OFFSET_OUT_OF_RANGE') {
      if (offset >= part.logStartOffset && offset <= part.highWatermark)
        throw new Violation(`${stage.place(partition)}: ${offset} is in range, and was said not to be`);
      return;
    }
    if (part.error !== 'NONE' || offset >= part.highWatermark) return;
    const records = readRecords(part.records, offset);
    stage.history.read(stage.place(partition), records);
    if (records[0]?.offset === offset) return;
    if (records.length > 0)
      throw new Violation(
        `${stage.place(partition)}: ${records[0]?.offset} came where ${offset} was asked for`,
      );
    await stage.world.sleep(50);
  }
  throw new Violation(`${stage.place(partition)}: nothing comes from ${offset} on`);
}

async function findTime(stage: Stage, client: Client, partition: number): Promise<void> {
  const { world, history } = stage;
  const place = stage.place(partition);
  const timestamp = epochMs + world.random.integer(-6_000, Math.floor(world.now));
  // Who is cut off may not have heard of what lies behind it.
  const witness = history.lastFrom(place, timestamp, stage.endFloor(partition));
  const firstBefore = await offsetFor(stage, client, partition, -2);
  const found = await offsetFor(stage, client, partition, timestamp);
  const firstAfter = await offsetFor(stage, client, partition, -2);
  if (firstBefore === null || found === null || firstAfter === null) return;
  // What could not be removed is there again where a log that failed is read anew.
  const startOffset = Math.max(firstBefore.offset, firstAfter.offset);
  if (found.offset >= 0) {
    if (found.timestamp < timestamp) throw new Violation(`${place}: a look-up found what is older`);
    history.foundByTimestamp(place, timestamp, found.offset, startOffset);
  } else if (witness >= startOffset) {
    throw new Violation(`${place}: nothing was found for ${timestamp}, though there is ${witness}`);
  }
}
