import type { CountedRow, OffsetRange } from '../deps.ts';
import { countedIdleWindows } from '../limits.ts';
import { Queue } from '../memory/queue.ts';

/** Where something was written: the same object for as long as this broker has the partition. */
export interface WrittenPlace {
  readonly topicId: string;
  readonly index: number;
}

/** In which term, from which offset, and to which one (exclusive). */
export interface WrittenBatch {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/** A batch of a client in the log, from its append until it counts, or until it is known that it never will. */
export interface Written {
  readonly stretch: Stretch;
  readonly from: number;
  readonly to: number;
  /** `lost`: whether it is in the log is not known. */
  state: 'under-way' | 'settled' | 'lost';
}

/** One stretch of terms in which this broker leads a partition. */
class Stretch {
  readonly id: string;
  readonly place: WrittenPlace;
  readonly topic: string;
  readonly firstEpoch: number;
  lastEpoch: number;
  /** Oldest first, from the first one on that is not settled. */
  readonly batches = new Queue<Written>();
  underWayCount = 0;
  /** Behind all that was appended. */
  end: number;
  isOver = false;
  idleWindows = 0;
  /** Settles when a later life would know of it; null once it has. */
  known: Promise<void> | null = null;

  constructor(id: string, place: WrittenPlace, topic: string, epoch: number, end: number) {
    this.id = id;
    this.place = place;
    this.topic = topic;
    this.firstEpoch = epoch;
    this.lastEpoch = epoch;
    this.end = end;
  }

  row(): CountedRow {
    const { id, place, topic, firstEpoch, lastEpoch, end, isOver } = this;
    const first = this.batches.first();
    return {
      id,
      topicId: place.topicId,
      topic,
      partition: place.index,
      firstEpoch,
      lastEpoch,
      through: first?.from ?? end,
      ahead: [...this.#ahead()],
      to: isOver ? end : null,
      isDone: isOver && first === undefined,
    };
  }

  /** Those that wait for this disk alone count before those that were appended earlier and wait for others. */
  *#ahead(): Generator<OffsetRange> {
    for (let at = 0; at < this.batches.length; at += 1) {
      const written = this.batches.at(at);
      if (written?.state === 'settled') yield [written.from, written.to];
    }
  }
}

/**
 * Up to where what clients write here is counted. A row of it is kept with the figures that it belongs to, so that
 * after a kill the next life counts from the log what was on its way, neither more nor less. Of a leader that was
 * deposed as well: what survives of its last appends in the new leader's log is acknowledged there as a repeat, which
 * does not count.
 */
export class WrittenTerms {
  /** Brings what is counted so far to where a later life finds it; resolves when it is there. */
  keep: () => Promise<void> = () => Promise.resolve();
  /** How often anything of it has changed. */
  changes = 0;
  readonly #stretches = new Map<WrittenPlace, Stretch>();
  readonly #changed = new Set<Stretch>();
  /** Those that are over, and of which batches are still under way. */
  readonly #ending = new Set<Stretch>();
  /** What is to be counted from the log, by its partition. */
  readonly #owed = new Map<string, CountedRow[]>();
  /** What is to be told of them in this window, by their ids. */
  readonly #told = new Map<string, CountedRow>();
  #life = '';
  #count = 0;

  /** `before`: what earlier lives have not counted. */
  begin(bootEpoch: number, before: readonly CountedRow[]): void {
    this.#life = `${bootEpoch}`;
    for (const row of before) this.#owe(row);
  }

  /** A batch of a client lies in the log of a partition of the topic. */
  appended(place: WrittenPlace, topic: string, batch: WrittenBatch): Written {
    const { from, to } = batch;
    const stretch = this.#stretchOf(place, topic, batch);
    const written: Written = { stretch, from, to, state: 'under-way' };
    stretch.batches.push(written);
    stretch.underWayCount += 1;
    stretch.end = to;
    this.#touch(stretch);
    return written;
  }

  /** It is counted, or its client was told that it does not count. */
  settled(written: Written): void {
    const { batches } = written.stretch;
    written.state = 'settled';
    while (batches.first()?.state === 'settled') batches.shift();
    this.#resolved(written.stretch);
  }

  /** This broker does not lead any more, or has lost its log: what becomes of the batch is for the log to say. */
  lost(written: Written): void {
    written.state = 'lost';
    this.#end(written.stretch);
    this.#resolved(written.stretch);
  }

  /** What is to be counted from the log. */
  owed(): CountedRow[] {
    return [...this.#owed.values()].flat();
  }

  /** It was counted from the log, or never can be. */
  paid(row: CountedRow): void {
    const place = placeOf(row.topicId, row.partition);
    const others = this.#owed.get(place)?.filter(({ id }) => id !== row.id) ?? [];
    if (others.length > 0) this.#owed.set(place, others);
    else this.#owed.delete(place);
    this.#tell({ ...row, isDone: true });
  }

  /** What has changed in the present window. */
  rows(): CountedRow[] {
    return [...[...this.#changed].map((stretch) => stretch.row()), ...this.#told.values()];
  }

  /** The same at the window's end; those without a write for long end here, so that idle partitions cost nothing. */
  take(): CountedRow[] {
    for (const stretch of this.#stretches.values()) {
      stretch.idleWindows += 1;
      const isIdle = stretch.idleWindows > countedIdleWindows && stretch.underWayCount === 0;
      if (isIdle) this.#end(stretch);
    }
    return this.#drain();
  }

  /** At the end of this life. */
  close(): void {
    for (const stretch of [...this.#stretches.values()]) this.#end(stretch);
  }

  #drain(): CountedRow[] {
    const rows = this.rows();
    this.#changed.clear();
    this.#told.clear();
    return rows;
  }

  #stretchOf(place: WrittenPlace, topic: string, { epoch, from }: WrittenBatch): Stretch {
    const present = this.#stretches.get(place);
    // Whoever else leads takes a term of its own in between.
    if (present !== undefined && epoch - present.lastEpoch <= 1) {
      if (epoch > present.lastEpoch) this.#begins(present, epoch);
      return present;
    }
    if (present !== undefined) this.#end(present);
    const owedAt = placeOf(place.topicId, place.index);
    // What follows is of this life, whose terms may be the same.
    const owed = this.#owed.get(owedAt) ?? [];
    const limited = owed.map((row) => ({ ...row, to: Math.min(row.to ?? from, from) }));
    if (limited.length > 0) this.#owed.set(owedAt, limited);
    for (const row of limited) this.#tell(row);
    for (const ending of this.#ending) if (ending.place === place) ending.end = Math.min(ending.end, from);
    this.#count += 1;
    const stretch = new Stretch(`${this.#life}-${this.#count}`, place, topic, epoch, from);
    this.#stretches.set(place, stretch);
    this.#begins(stretch, epoch);
    return stretch;
  }

  /** Nothing of a term is acknowledged before a later life would know that this broker led it. */
  #begins(stretch: Stretch, epoch: number): void {
    stretch.lastEpoch = epoch;
    const known = this.keep().then(() => {
      if (stretch.known === known) stretch.known = null;
    });
    stretch.known = known;
  }

  #end(stretch: Stretch): void {
    if (stretch.isOver) return;
    stretch.isOver = true;
    this.#stretches.delete(stretch.place);
    this.#touch(stretch);
    if (stretch.underWayCount > 0) this.#ending.add(stretch);
  }

  #resolved(stretch: Stretch): void {
    stretch.underWayCount -= 1;
    this.#touch(stretch);
    if (stretch.underWayCount > 0 || !this.#ending.delete(stretch)) return;
    const row = stretch.row();
    this.#changed.delete(stretch);
    this.#tell(row);
    if (!row.isDone) this.#owe(row);
  }

  #tell(row: CountedRow): void {
    this.changes += 1;
    this.#told.set(row.id, row);
  }

  #owe(row: CountedRow): void {
    const place = placeOf(row.topicId, row.partition);
    this.#owed.set(place, [...(this.#owed.get(place) ?? []), row]);
  }

  #touch(stretch: Stretch): void {
    stretch.idleWindows = 0;
    this.changes += 1;
    this.#changed.add(stretch);
  }
}

const placeOf = (topicId: string, partition: number): string => `${topicId}-${partition}`;
