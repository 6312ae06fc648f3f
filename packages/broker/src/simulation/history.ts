import { batchBytes, batchHeaderBytes, hasValidCrc } from '@weir/kafka-protocol/record-batch';
import { decodeRecords } from '@weir/kafka-protocol/records';
import { Floors } from './floors.ts';
import { Violation } from './world.ts';

interface Told {
  readonly value: string;
  readonly timestamp: number;
  readonly how: 'acknowledged' | 'read';
}

export interface SeenRecord {
  readonly offset: number;
  readonly value: string;
  readonly timestamp: number;
}

/** A partition as a consumer reads it in the end. */
export interface SeenLog {
  readonly startOffset: number;
  readonly records: readonly SeenRecord[];
  readonly bytes: number;
}

/** What a topic keeps; -1: without bound. */
export interface Retention {
  readonly ms: number;
  readonly bytes: number;
}

/**
 * What the broker has told the world, which it can never take back; each new thing told is held against
 * it. Partitions by their name, `topic-0`.
 */
export class History {
  /** By partition and offset, whatever was acknowledged or read. */
  private readonly told = new Map<string, Map<number, Told>>();
  private readonly owners = new Map<string, string>();
  /** Offsets behind what was acknowledged and read. */
  readonly ends = new Floors();
  /** Offsets that groups have committed. */
  readonly commits = new Floors();
  private readonly now: () => number;
  /** Values that idempotent producers sent, in their order, by partition and producer. */
  private readonly sequences = new Map<string, Map<string, string[]>>();
  readonly counts = { acknowledged: 0, read: 0, assigned: 0, committed: 0 };

  constructor(now: () => number) {
    this.now = now;
  }

  acknowledged(partition: string, baseOffset: number, records: readonly Omit<SeenRecord, 'offset'>[]): void {
    this.counts.acknowledged += records.length;
    records.forEach((record, index) => {
      this.tell(partition, { offset: baseOffset + index, ...record }, 'acknowledged');
    });
  }

  /** An idempotent producer means to write these values, each once and in this order. */
  intended(partition: string, producer: string, values: readonly string[]): void {
    const producers = this.sequences.get(partition) ?? new Map<string, string[]>();
    this.sequences.set(partition, producers);
    const known = producers.get(producer);
    if (known === undefined) producers.set(producer, [...values]);
    else known.push(...values);
  }

  read(partition: string, records: readonly SeenRecord[]): void {
    this.counts.read += records.length;
    for (const record of records) this.tell(partition, record, 'read');
  }

  /** A consumer was given partitions; `consumer` is the process, not the member id it believes to have. */
  assigned(generation: number, consumer: string, partitions: readonly string[]): void {
    this.counts.assigned += 1;
    for (const partition of partitions) {
      const place = `generation ${generation}, ${partition}`;
      const owner = this.owners.get(place);
      if (owner !== undefined && owner !== consumer) {
        throw new Violation(`${place} was given to ${owner} and to ${consumer}`);
      }
      this.owners.set(place, consumer);
    }
  }

  committed(partition: string, offset: number): void {
    this.counts.committed += 1;
    this.commits.raise(partition, offset, this.now());
  }

  fetchedCommit(partition: string, offset: number, floor: number): void {
    if (offset < floor) throw new Violation(`${partition}: ${floor} was committed, ${offset} came back`);
  }

  /** The highest offset below `end` told of so far whose record is as old as `timestamp` or younger; -1: none is. */
  lastFrom(partition: string, timestamp: number, end: number): number {
    let last = -1;
    for (const [offset, told] of this.told.get(partition) ?? [])
      if (told.timestamp >= timestamp && offset < end) last = Math.max(last, offset);
    return last;
  }

  /** A look-up by timestamp found `offset` in a log that begins at `startOffset`. */
  foundByTimestamp(partition: string, timestamp: number, offset: number, startOffset: number): void {
    for (const [earlier, told] of this.told.get(partition) ?? []) {
      if (earlier >= startOffset && earlier < offset && told.timestamp >= timestamp)
        throw new Violation(`${partition}: ${offset} was found for ${timestamp}, ${earlier} is the first`);
      if (earlier === offset && told.timestamp < timestamp)
        throw new Violation(`${partition}: ${offset} was found for ${timestamp} and is older`);
    }
  }

  /** Compares the log of a partition with all that was told. `latestMs`: the latest that the broker's clock has told. */
  check(
    partition: string,
    { startOffset, records: log, bytes }: SeenLog,
    kept: Retention,
    latestMs: number,
  ): void {
    const byOffset = new Map<number, string>();
    log.forEach(({ offset, value }, index) => {
      const due = startOffset + index;
      if (offset !== due) throw new Violation(`${partition}: offset ${offset} stands where ${due} is due`);
      byOffset.set(offset, value);
    });
    const isLongEnough = kept.bytes >= 0 && bytes >= kept.bytes;
    for (const [offset, { value, how, timestamp }] of this.told.get(partition) ?? []) {
      if (offset < startOffset) {
        if (isLongEnough || (kept.ms >= 0 && timestamp + kept.ms < latestMs)) continue;
        throw new Violation(
          `${partition}: ${nameOf(value)} was ${how} at ${offset}, and went before its time`,
        );
      }
      const found = byOffset.get(offset);
      if (found !== value) {
        throw new Violation(
          `${partition}: ${nameOf(value)} was ${how} at ${offset}, where now is ${nameOf(found)}`,
        );
      }
    }
    const places = new Map<string, number>();
    const repeated = new Set<string>();
    for (const { offset, value } of log) {
      if (places.has(value)) repeated.add(value);
      places.set(value, offset);
    }
    for (const [producer, intended] of this.sequences.get(partition) ?? []) {
      let last = -1;
      for (const value of intended) {
        const offset = places.get(value);
        if (offset === undefined) continue;
        if (repeated.has(value))
          throw new Violation(`${partition}: ${producer} has duplicates of ${nameOf(value)}`);
        if (offset < last)
          throw new Violation(`${partition}: ${producer} is out of order at ${nameOf(value)}`);
        last = offset;
      }
    }
  }

  private tell(partition: string, { offset, value, timestamp }: SeenRecord, how: Told['how']): void {
    const told = this.told.get(partition) ?? new Map<number, Told>();
    this.told.set(partition, told);
    this.ends.raise(partition, offset + 1, this.now());
    const before = told.get(offset);
    if (before !== undefined && before.value !== value) {
      throw new Violation(
        `${partition}: ${nameOf(value)} was ${how} at ${offset}, where ${nameOf(before.value)} was ${before.how} before`,
      );
    }
    if (before === undefined) told.set(offset, { value, timestamp, how });
  }
}

/** Values are padded; what stands before the padding names them. */
function nameOf(value: string | undefined): string {
  return value === undefined ? 'nothing' : value.trimEnd();
}

/** The records in the bytes of a fetch from `offset` on; a batch cut off at the end is left out. */
export function readRecords(bytes: Buffer, offset: number): SeenRecord[] {
  const records: SeenRecord[] = [];
  for (let at = 0; bytes.length - at >= batchHeaderBytes; ) {
    const length = batchBytes(bytes, at);
    if (length > bytes.length - at) break;
    if (!hasValidCrc(bytes, at)) throw new Violation(`a batch with a bad CRC was served at ${offset}`);
    for (const record of decodeRecords(bytes, at)) {
      if (record.offset >= offset)
        records.push({
          offset: record.offset,
          value: record.value?.toString() ?? '',
          timestamp: record.timestamp,
        });
    }
    at += length;
  }
  return records;
}
