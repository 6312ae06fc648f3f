import { setTimeout as delay } from 'node:timers/promises';
import type { RunningCell } from './cell.ts';
import { type Figure, type Load, load, topicState } from './load.ts';

/** How long the cases of a cell are. */
export interface CellLengths {
  /** Records of 1,000 bytes that are written to one topic; of 100 bytes three times as many. */
  readonly records: number;
  readonly latencySeconds: number;
  /** Records of 1,000 bytes that a broker has to catch up on; 0: it has not. */
  readonly missedRecords: number;
  /** Partitions of the topic that a broker fails over; 0: only that of one. */
  readonly widePartitions: number;
}

const settledMsMax = 120_000;
const settledLookMs = 100;

export interface Stage {
  readonly cell: RunningCell;
  readonly target: Load;
  readonly lengths: CellLengths;
  /** Writes out what the system keeps back. */
  readonly settle: () => Promise<void>;
  readonly figures: Figure[];
}

/** A case that fails has no figure, and does not end the run: the table says of its rows that they were not measured. */
export async function attempt(stage: Stage, name: string, measured: () => Promise<readonly Figure[]>) {
  try {
    const figures = await measured();
    for (const { row, value } of figures) console.log(`  ${row.name}: ${value.toPrecision(4)} ${row.unit}`);
    stage.figures.push(...figures);
  } catch (cause) {
    console.log(`  no figure of ${name}: ${String(cause)}`);
  }
}

/** With all replicas in sync, so that the first records wait for all of them. */
export async function createTopic(stage: Stage, topic: string, partitions: number): Promise<void> {
  await load(stage.target, 'create', topic, partitions, 3);
  await whole(stage, topic, partitions);
}

export async function whole({ target, cell }: Stage, topic: string, partitions: number): Promise<void> {
  const giveUpMs = performance.now() + settledMsMax;
  const insync = Math.min(cell.brokers, 3);
  for (;;) {
    // A broker that has just begun may not know of the topic, or refuse.
    const state = await topicState(target, topic).catch(() => null);
    if (state?.partitions === partitions && state.led === partitions && state.inSyncMin === insync) return;
    if (performance.now() > giveUpMs) throw new Error(`${topic} is not in sync: ${JSON.stringify(state)}`);
    await delay(settledLookMs);
  }
}
