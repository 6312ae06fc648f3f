import { type FetchedPart, fetchFrom } from './fetch-client.ts';
import { readRecords } from './history.ts';
import type { Stage } from './stage.ts';
import type { Client } from './wire-client.ts';
import { Violation } from './world.ts';

const options = { maxWaitMs: 100, maxBytes: 1 << 20, partitionMaxBytes: 64 * 1024 };
/** Answers of a session in which a partition that has more may be missing: others go first while memory is short. */
const silentRoundsMax = 6;

/** Reads on from positions, as a member of a group does. */
export interface GroupReader {
  readonly positions: ReadonlyMap<number, number>;
  restart(positions: ReadonlyMap<number, number>): void;
  fetch(client: Client): Promise<void>;
}

/** What a fetch from `positions` found is read, and they move on. */
export function takePart(
  stage: Stage,
  positions: Map<number, number>,
  { partition, error, records, logStartOffset, highWatermark }: FetchedPart,
): void {
  const place = stage.place(partition);
  const position = positions.get(partition) ?? 0;
  if (error === 'OFFSET_OUT_OF_RANGE') {
    // What was read or committed lies in the log until retention has taken it.
    if (position >= logStartOffset)
      throw new Violation(`${place}: ${position} is not in ${logStartOffset} to ${highWatermark}`);
    stage.happened.add('offset reset');
    positions.set(partition, logStartOffset);
  }
  if (error !== 'NONE') return;
  const seen = readRecords(records, position);
  stage.history.read(place, seen);
  const last = seen.at(-1);
  if (seen[0] !== undefined && seen[0].offset !== position)
    throw new Violation(`${place}: ${seen[0].offset} came where ${position} was due`);
  if (last !== undefined) positions.set(partition, last.offset + 1);
}

/** Reads on from positions in an incremental fetch session (KIP-227), as consumers do. */
export class SessionReader implements GroupReader {
  readonly positions = new Map<number, number>();
  private readonly stage: Stage;
  private session: { readonly id: number; readonly epoch: number } | null = null;
  /** What the session was last told of each position. */
  private readonly told = new Map<number, number>();
  /** Partitions that are known to have more, with the rounds in which they were not heard of. */
  private readonly due = new Map<number, number>();

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /** Begins anew, without a session. */
  restart(positions: ReadonlyMap<number, number>): void {
    this.positions.clear();
    for (const [partition, position] of positions) this.positions.set(partition, position);
    this.forgetSession();
  }

  async fetch(client: Client): Promise<void> {
    if (this.positions.size === 0) return;
    if (this.session !== null && this.stage.world.random.chance(0.1)) await this.ask(client);
    const changed = [...this.positions].filter(([partition, at]) => this.told.get(partition) !== at);
    const session = this.session ?? { id: 0, epoch: 0 };
    const fetched = await fetchFrom(this.stage, client, new Map(changed), { ...options, session });
    if (fetched.error !== 'NONE') {
      this.forgetSession();
      return;
    }
    for (const [partition, position] of changed) this.told.set(partition, position);
    if (fetched.sessionId === 0) this.forgetSession();
    else this.session = { id: fetched.sessionId, epoch: session.epoch + 1 };
    for (const part of fetched.parts) takePart(this.stage, this.positions, part);
    this.countSilence(fetched.parts);
  }

  /** Without the session: which partitions have more. */
  private async ask(client: Client): Promise<void> {
    const fetched = await fetchFrom(this.stage, client, this.positions, { ...options, maxWaitMs: 0 });
    for (const { partition, error, highWatermark } of fetched.parts) {
      const position = this.positions.get(partition) ?? 0;
      if (error === 'NONE' && highWatermark > position) this.due.set(partition, 0);
    }
  }

  private countSilence(parts: readonly FetchedPart[]): void {
    for (const { partition } of parts) this.due.delete(partition);
    for (const [partition, rounds] of this.due) {
      if (rounds >= silentRoundsMax)
        throw new Violation(`${this.stage.place(partition)}: a session has forgotten it`);
      this.due.set(partition, rounds + 1);
    }
  }

  private forgetSession(): void {
    this.session = null;
    this.told.clear();
    this.due.clear();
  }
}
