import { crc32c } from '@node-rs/crc32';
import {
  producerBatchBytes,
  producerBytesSpare,
  producerEntryBytes,
  producerExpirationMs,
  producerRememberedMsMin,
  producersPerPartitionMax,
} from '../limits.ts';
import type { Account } from '../memory/account.ts';
import { OpenTransactions } from './open-transactions.ts';

/** Kafka's ProducerStateEntry.NUM_BATCHES_TO_RETAIN. */
const batchesRemembered = 5;

export interface ProducerBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly timestamp: number;
}

interface ProducerEntry {
  /** When its last batch was learnt, by the ledger's clock. */
  usedAtMs: number;
  epoch: number;
  /** Oldest first; empty after an epoch was learnt without data. Replaced, not grown: an array that grows takes room for more. */
  batches: readonly ProducerBatch[];
  /** Of the coordinator whose marker came last; −1: none did. */
  coordinatorEpoch: number;
  /** The number of its latest marker among all that the ledger learnt; 0: none. */
  marker: number;
}

/** What ends a transaction, as the log has it. */
export interface LearntMarker {
  readonly offset: number;
  readonly coordinatorEpoch: number;
}

export interface LedgerDeps {
  /** What the cluster keeps for its producers: each is charged at what it costs on the heap. */
  readonly account: Pick<Account, 'hasRoom' | 'take' | 'giveBack'>;
  monotonicMs(): number;
}

/** By producer id. */
export type ProducerMemory = ReadonlyMap<number, Pick<ProducerEntry, 'epoch' | 'batches'>>;

export type SequenceVerdict =
  | { readonly kind: 'accept' }
  /** An exact repeat: answer with what the first one got. */
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | {
      readonly kind: 'reject';
      readonly error: 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER' | 'DUPLICATE_SEQUENCE_NUMBER';
    }
  /** One producer more would be more than the cluster may have. */
  | { readonly kind: 'too-many' };

const accept: SequenceVerdict = { kind: 'accept' };

/**
 * What a partition remembers of its idempotent producers (KIP-98): enough to tell the next batch from a
 * repeat and from a gap. Rebuilt by reading the log, so it only ever learns from batches in the log.
 */
export class ProducerLedger {
  /** In order of last use, so that the longest idle is the first. */
  readonly #producers = new Map<number, ProducerEntry>();
  readonly transactions = new OpenTransactions();
  readonly #deps: LedgerDeps;
  #markers = 0;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  has(producerId: number): boolean {
    return this.#producers.has(producerId);
  }

  /** Of each producer the last offset that it wrote. */
  lastOffsets(): number[] {
    return [...this.#producers.values()].flatMap(({ batches }) => batches.at(-1)?.lastOffset ?? []);
  }

  get size(): number {
    return this.#producers.size;
  }

  /** The producer's epoch; −1: it is not known. */
  epochOf(producerId: number): number {
    return this.#producers.get(producerId)?.epoch ?? -1;
  }

  /** Of the coordinator that has ended the producer's last transaction; −1: none has. */
  coordinatorEpochOf(producerId: number): number {
    return this.#producers.get(producerId)?.coordinatorEpoch ?? -1;
  }

  /** Whether nothing that the producer has written in the epoch is known, so that its sequence may begin. */
  isFresh(producerId: number, epoch: number): boolean {
    const producer = this.#producers.get(producerId);
    return producer === undefined || producer.epoch !== epoch || producer.batches.length === 0;
  }

  /** Changes with every marker of the producer: what was asked before one is void behind it. */
  markerOf(producerId: number): number {
    return this.#producers.get(producerId)?.marker ?? 0;
  }

  *entries(): Iterable<[number, Readonly<ProducerEntry>]> {
    yield* this.#producers;
  }

  /** Whether a batch may be appended now. Sequences wrap from 2³¹−1 to 0; an unknown producer may start anywhere. */
  check(producerId: number, epoch: number, firstSequence: number, lastSequence: number): SequenceVerdict {
    const producer = this.#producers.get(producerId);
    if (producer === undefined) return this.#makeRoom() ? accept : { kind: 'too-many' };
    if (epoch < producer.epoch) return { kind: 'reject', error: 'INVALID_PRODUCER_EPOCH' };
    if (epoch > producer.epoch) {
      return firstSequence === 0 ? accept : { kind: 'reject', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' };
    }
    const last = producer.batches.at(-1);
    // Its epoch began with a marker.
    if (last === undefined) {
      return firstSequence === 0 ? accept : { kind: 'reject', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' };
    }
    for (const batch of producer.batches) {
      if (batch.firstSequence === firstSequence && batch.lastSequence === lastSequence) {
        return { kind: 'duplicate', batch };
      }
    }
    if (firstSequence === nextSequence(last.lastSequence)) return accept;
    return { kind: 'reject', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' };
  }

  /** Learns a batch that now is part of the log, also where there is no room for one producer more. */
  learn(producerId: number, epoch: number, batch: ProducerBatch): void {
    const known = this.#producers.get(producerId);
    const before = known === undefined || known.epoch !== epoch ? noBatches : known.batches;
    const batches = [...before.slice(1 - batchesRemembered), batch];
    const { coordinatorEpoch = -1, marker = 0 } = known ?? {};
    this.#put(producerId, { usedAtMs: this.#deps.monotonicMs(), epoch, batches, coordinatorEpoch, marker });
  }

  /** Learns a marker, which ends the producer's transaction if one is open. */
  learnMarker(producerId: number, epoch: number, { offset, coordinatorEpoch }: LearntMarker) {
    const known = this.#producers.get(producerId);
    const batches = known === undefined || known.epoch !== epoch ? noBatches : known.batches;
    this.#markers += 1;
    const marker = this.#markers;
    this.#put(producerId, { usedAtMs: this.#deps.monotonicMs(), epoch, batches, coordinatorEpoch, marker });
    return this.transactions.end(producerId, offset);
  }

  #put(producerId: number, producer: ProducerEntry): void {
    const { account } = this.#deps;
    const known = this.#producers.get(producerId);
    if (known !== undefined) this.#producers.delete(producerId);
    const bytes = bytesOf(producer) - (known === undefined ? 0 : bytesOf(known));
    if (bytes > 0) account.take(bytes);
    else if (bytes < 0) account.giveBack(-bytes);
    this.#producers.set(producerId, producer);
  }

  #forget(producerId: number, producer: ProducerEntry): void {
    this.#producers.delete(producerId);
    this.#deps.account.giveBack(bytesOf(producer));
  }

  /** What is known now, for `recall`. */
  memory(): ProducerMemory {
    return new Map(this.#producers);
  }

  /**
   * After the log was read again in the same life: a snapshot has only the last batch of each producer, and a
   * client may still repeat the four before it. They lie in the log as well, before what was read.
   */
  recall(memory: ProducerMemory): void {
    for (const [producerId, { epoch, batches }] of memory) {
      const known = this.#producers.get(producerId);
      const first = known?.batches[0];
      if (known === undefined || known.epoch !== epoch || first === undefined) continue;
      const before = batches.filter((batch) => batch.lastOffset < first.baseOffset);
      if (before.length === 0) continue;
      this.#put(producerId, { ...known, batches: [...before, ...known.batches].slice(-batchesRemembered) });
    }
  }

  clear(): void {
    this.transactions.clear();
    for (const [producerId, producer] of this.#producers) this.#forget(producerId, producer);
  }

  /**
   * Forgets producers that wrote nothing for Kafka's producer.id.expiration.ms, or, where the cluster's room
   * comes to its end, for as long as one must be remembered. By the clock: timestamps in batches are the
   * producer's, and one that writes old records is not idle.
   */
  expire(): void {
    const { account } = this.#deps;
    const now = this.#deps.monotonicMs();
    const keptMs = account.hasRoom(producerBytesSpare) ? producerExpirationMs : producerRememberedMsMin;
    for (const [producerId, producer] of this.#producers) {
      if (now - producer.usedAtMs <= keptMs) return;
      this.#forgetIdle(producerId, producer);
    }
  }

  /**
   * Whether there is room for one more, if need be in place of some that have long been idle. One that was
   * active lately is never forgotten: its next repeat would be taken for something new.
   */
  #makeRoom(): boolean {
    while (
      this.#producers.size >= producersPerPartitionMax ||
      !this.#deps.account.hasRoom(producerBytesMax)
    ) {
      const longestIdle = this.#producers.entries().next();
      if (longestIdle.done) return false;
      const [producerId, producer] = longestIdle.value;
      if (this.#deps.monotonicMs() - producer.usedAtMs <= producerRememberedMsMin) return false;
      this.#forgetIdle(producerId, producer);
    }
    return true;
  }

  /** One whose transaction is open is in use, however long it is silent: its marker is still to come. */
  #forgetIdle(producerId: number, producer: ProducerEntry): void {
    if (this.transactions.firstOffsetOf(producerId) === null) this.#forget(producerId, producer);
    else this.#put(producerId, { ...producer, usedAtMs: this.#deps.monotonicMs() });
  }

  get snapshotBytes(): number {
    return headerBytes + this.#producers.size * entryBytes;
  }

  /**
   * Kafka's ProducerStateManager snapshot, version 1: `version: int16, crc: uint32 (CRC-32C of what
   * follows), entries: array` of the bytes below. Only the last batch of each producer is kept, as
   * Kafka does.
   */
  snapshot(): Buffer {
    const bytes = Buffer.alloc(this.snapshotBytes);
    bytes.writeInt16BE(1, 0);
    bytes.writeInt32BE(this.#producers.size, 6);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = headerBytes;
    for (const [producerId, producer] of this.#producers) {
      writeEntry(view, at, producerId, producer, this.transactions.firstOffsetOf(producerId) ?? -1);
      at += entryBytes;
    }
    bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2);
    return bytes;
  }

  /** Takes over a snapshot's producers; false, with nothing changed, when its bytes are not whole. */
  load(bytes: Buffer): boolean {
    if (bytes.length < headerBytes || bytes.readInt16BE(0) !== 1) return false;
    const count = bytes.readInt32BE(6);
    if (bytes.length !== headerBytes + count * entryBytes) return false;
    if (crc32c(bytes.subarray(6)) !== bytes.readUInt32BE(2)) return false;
    this.clear();
    this.#markers += 1;
    const open: [number, number][] = [];
    for (let at = headerBytes; at < bytes.length; at += entryBytes) {
      this.#readEntry(bytes, at);
      const firstOffset = Number(bytes.readBigInt64BE(at + 38));
      if (firstOffset >= 0) open.push([Number(bytes.readBigInt64BE(at)), firstOffset]);
    }
    this.transactions.restore(open);
    return true;
  }

  #readEntry(bytes: Buffer, at: number): void {
    const lastSequence = bytes.readInt32BE(at + 10);
    const lastOffset = Number(bytes.readBigInt64BE(at + 14));
    const offsetDelta = bytes.readInt32BE(at + 22);
    const batch: ProducerBatch = {
      firstSequence: sequenceBefore(lastSequence, offsetDelta),
      lastSequence,
      baseOffset: lastOffset - offsetDelta,
      lastOffset,
      timestamp: Number(bytes.readBigInt64BE(at + 26)),
    };
    const producerId = Number(bytes.readBigInt64BE(at));
    this.#put(producerId, {
      usedAtMs: this.#deps.monotonicMs(),
      epoch: bytes.readInt16BE(at + 8),
      batches: lastSequence < 0 ? noBatches : [batch],
      coordinatorEpoch: bytes.readInt32BE(at + 34),
      // There may have been one since somebody asked.
      marker: this.#markers,
    });
  }
}

const noBatches: readonly ProducerBatch[] = [];
const producerBytesMax = producerEntryBytes + batchesRemembered * producerBatchBytes;

function bytesOf(producer: ProducerEntry): number {
  return producerEntryBytes + producer.batches.length * producerBatchBytes;
}

const headerBytes = 10;
const entryBytes = 46;

/** producer id 8, epoch 2, last sequence 4, last offset 8, offset delta 4, timestamp 8, coordinator epoch 4, transaction's first offset 8. */
function writeEntry(
  view: DataView,
  at: number,
  producerId: number,
  producer: ProducerEntry,
  transactionOffset: number,
): void {
  const last = producer.batches.at(-1);
  writeInt64(view, at, producerId);
  view.setInt16(at + 8, producer.epoch);
  view.setInt32(at + 10, last?.lastSequence ?? -1);
  writeInt64(view, at + 14, last?.lastOffset ?? -1);
  view.setInt32(at + 22, last === undefined ? 0 : last.lastOffset - last.baseOffset);
  writeInt64(view, at + 26, last?.timestamp ?? -1);
  view.setInt32(at + 34, producer.coordinatorEpoch);
  writeInt64(view, at + 38, transactionOffset);
}

/** Without a BigInt, which would be most of the time that a snapshot of many producers takes. */
function writeInt64(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * 0x1_0000_0000);
}

function nextSequence(sequence: number): number {
  return sequence === 0x7fff_ffff ? 0 : sequence + 1;
}

function sequenceBefore(sequence: number, steps: number): number {
  return sequence >= steps ? sequence - steps : 0x7fff_ffff - (steps - sequence) + 1;
}
