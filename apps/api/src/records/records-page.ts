import type { ReadRecordsQuery, UnreadableReason } from '@weir/contracts/records';
import { KafkaRefusal } from '@weir/kafka-client/connection';
import type { KafkaSession, Leaders } from '@weir/kafka-client/session';
import type { DecodeTask, ShownRecord } from './decode-batch.ts';
import {
  decodePerRequestMsMax,
  fetchMsMax,
  roundsMax,
  shownAnswerBytesMax,
  shownBytesMax,
} from './limits.ts';
import { type FetchedPartition, fetchBatches, leaderOf, type StoredBatch } from './read-batches.ts';
import { type PartitionBounds, type PartitionRead, pickRecords } from './read-plan.ts';
import type { Decoded } from './record-decoder.ts';

export interface ReadRecord extends ShownRecord {
  readonly partition: number;
}

/** A batch whose records cannot be shown. */
export interface UnreadableBatch {
  readonly partition: number;
  readonly firstOffset: number;
  /** Inclusive. */
  readonly lastOffset: number;
  readonly reason: UnreadableReason;
}

export interface RecordsRead {
  readonly records: readonly ReadRecord[];
  readonly unreadable: readonly UnreadableBatch[];
  /** False: time or bytes ran out before everything was read that belongs here. */
  readonly isComplete: boolean;
  readonly bounds: readonly PartitionBounds[];
}

interface OpenRead extends PartitionRead {
  from: number;
  taken: number;
}

/** Errors of one partition whose log cannot be read there; the others are shown all the same. */
const damaged = new Set(['CORRUPT_MESSAGE', 'KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR']);

/** One answer to one request for records, as it is put together batch by batch within its bounds. */
export class RecordsPage {
  readonly #query: ReadRecordsQuery;
  readonly #bounds: readonly PartitionBounds[];
  readonly #decode: (task: DecodeTask) => Promise<Decoded>;
  readonly #shownBytesMax: number;
  readonly #endsAtMs = performance.now() + fetchMsMax;
  #records: ReadRecord[] = [];
  #unreadable: UnreadableBatch[] = [];
  #decodeMs = 0;

  constructor(
    query: ReadRecordsQuery,
    bounds: readonly PartitionBounds[],
    decode: (task: DecodeTask) => Promise<Decoded>,
  ) {
    this.#query = query;
    this.#bounds = bounds;
    this.#decode = decode;
    // A key and a value each.
    this.#shownBytesMax = Math.min(shownBytesMax, Math.floor(shownAnswerBytesMax / (2 * query.limit)));
  }

  /** At least `limit` records of each read, or all of it, or what time and bytes allow. */
  async read(
    session: KafkaSession,
    topic: string,
    leaders: Leaders,
    reads: readonly PartitionRead[],
  ): Promise<RecordsRead> {
    const open = reads.map((read): OpenRead => ({ ...read, taken: 0 }));
    const unfinished = () => open.filter((read) => read.from < read.to && read.taken < this.#query.limit);
    for (let round = 0; round < roundsMax && !this.#isOver; round++) {
      const byLeader = Map.groupBy(unfinished(), (read) => leaderOf(leaders, read.partition));
      if (byLeader.size === 0) break;
      for (const [node, own] of byLeader) {
        if (this.#isOver) break;
        const fetched = await fetchBatches(session, topic, node, own);
        for (const one of fetched) {
          const read = own.find(({ partition }) => partition === one.partition);
          if (read) await this.#take(read, one);
        }
      }
    }
    return {
      records: pickRecords(this.#query, this.#records),
      unreadable: this.#unreadable.slice(0, this.#query.limit),
      isComplete: unfinished().length === 0 && this.#unreadable.length <= this.#query.limit,
      bounds: this.#bounds,
    };
  }

  get #isOver(): boolean {
    return performance.now() >= this.#endsAtMs || this.#decodeMs >= decodePerRequestMsMax;
  }

  async #take(read: OpenRead, { error, batches }: FetchedPartition): Promise<void> {
    if (error === 'OFFSET_OUT_OF_RANGE') {
      // Retention was quicker: what was asked for is gone.
      read.from = read.to;
      return;
    }
    if (damaged.has(error)) {
      this.#miss(read, { firstOffset: read.from, lastOffset: read.to - 1 }, 'UNDECODABLE');
      read.from = read.to;
      return;
    }
    if (error !== 'NONE') throw new KafkaRefusal(error);
    for (const batch of batches) {
      if (this.#isOver || read.taken >= this.#query.limit) return;
      if (!batch.isControl) await this.#show(read, batch);
      read.from = Math.max(read.from, batch.lastOffset + 1);
    }
  }

  async #show(read: OpenRead, batch: StoredBatch): Promise<void> {
    const startedAt = performance.now();
    const decoded = await this.#decode({
      batch: batch.bytes,
      from: read.from,
      to: read.to,
      recordsMax: this.#query.limit,
      shownBytesMax: this.#shownBytesMax,
    });
    this.#decodeMs += performance.now() - startedAt;
    if (decoded.kind !== 'records') {
      this.#miss(read, batch, decoded.kind === 'undecodable' ? 'UNDECODABLE' : 'TOO_COSTLY');
      return;
    }
    for (const record of decoded.records) this.#records.push({ ...record, partition: read.partition });
    read.taken += decoded.records.length;
    // What cannot be among the answer any more need not be kept.
    if (this.#records.length > 2 * this.#query.limit) {
      this.#records = pickRecords(this.#query, this.#records);
    }
  }

  #miss(
    { partition }: OpenRead,
    { firstOffset, lastOffset }: { readonly firstOffset: number; readonly lastOffset: number },
    reason: UnreadableReason,
  ): void {
    this.#unreadable.push({ partition, firstOffset, lastOffset, reason });
  }
}
