import { crc32c } from '@node-rs/crc32';
import { producerExpirationMs, producersPerPartitionMax } from '../limits.ts';

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
  /** When `expire` first saw its last batch; null until then. */
  idleSinceMs: number | null;
  epoch: number;
  /** Oldest first; empty after an epoch was learnt without data. */
  batches: ProducerBatch[];
}

export type SequenceVerdict =
  | { readonly kind: 'accept' }
  /** An exact repeat: answer with what the first one got. */
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | {
      readonly kind: 'reject';
      readonly error: 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER' | 'DUPLICATE_SEQUENCE_NUMBER';
    };

const accept: SequenceVerdict = { kind: 'accept' };

/**
 * What a partition remembers of its idempotent producers (KIP-98): enough to tell the next batch from a
 * repeat and from a gap. Rebuilt by reading the log, so it only ever learns from batches in the log.
 */
export class ProducerLedger {
  /** In order of last use, so that the longest idle is the first. */
  readonly #producers = new Map<number, ProducerEntry>();

  get size(): number {
    return this.#producers.size;
  }

  /** Whether a batch may be appended now. Sequences wrap from 2³¹−1 to 0; an unknown producer may start anywhere. */
  check(producerId: number, epoch: number, firstSequence: number, lastSequence: number): SequenceVerdict {
    const producer = this.#producers.get(producerId);
    if (producer === undefined) return accept;
    if (epoch < producer.epoch) return { kind: 'reject', error: 'INVALID_PRODUCER_EPOCH' };
    if (epoch > producer.epoch) {
      return firstSequence === 0 ? accept : { kind: 'reject', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' };
    }
    const last = producer.batches.at(-1);
    if (last === undefined) return accept;
    for (const batch of producer.batches) {
      if (batch.firstSequence === firstSequence && batch.lastSequence === lastSequence) {
        return { kind: 'duplicate', batch };
      }
    }
    if (firstSequence === nextSequence(last.lastSequence)) return accept;
    return { kind: 'reject', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' };
  }

  /** Learns a batch that now is part of the log. */
  learn(producerId: number, epoch: number, batch: ProducerBatch): void {
    let producer = this.#producers.get(producerId);
    if (producer === undefined) {
      producer = { idleSinceMs: null, epoch, batches: [] };
      if (this.#producers.size >= producersPerPartitionMax) this.#forgetLongestIdle();
    } else {
      this.#producers.delete(producerId);
    }
    if (producer.epoch !== epoch) {
      producer.epoch = epoch;
      producer.batches = [];
    }
    this.#producers.set(producerId, producer);
    producer.idleSinceMs = null;
    producer.batches.push(batch);
    if (producer.batches.length > batchesRemembered) producer.batches.shift();
  }

  clear(): void {
    this.#producers.clear();
  }

  /**
   * Forgets producers that wrote nothing for Kafka's producer.id.expiration.ms, told from one call to the
   * next: timestamps in batches are the producer's, and one that writes old records is not idle.
   */
  expire(now: number): void {
    for (const [producerId, producer] of this.#producers) {
      producer.idleSinceMs ??= now;
      if (now - producer.idleSinceMs > producerExpirationMs) this.#producers.delete(producerId);
    }
  }

  #forgetLongestIdle(): void {
    const longestIdle = this.#producers.keys().next();
    if (!longestIdle.done) this.#producers.delete(longestIdle.value);
  }

  /**
   * Kafka's ProducerStateManager snapshot, version 1: `version: int16, crc: uint32 (CRC-32C of what
   * follows), entries: array` of the bytes below. Only the last batch of each producer is kept, as
   * Kafka does.
   */
  snapshot(): Buffer {
    const bytes = Buffer.alloc(headerBytes + this.#producers.size * entryBytes);
    bytes.writeInt16BE(1, 0);
    bytes.writeInt32BE(this.#producers.size, 6);
    let at = headerBytes;
    for (const [producerId, producer] of this.#producers) {
      writeEntry(bytes, at, producerId, producer);
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
    this.#producers.clear();
    for (let at = headerBytes; at < bytes.length; at += entryBytes) this.#readEntry(bytes, at);
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
    this.#producers.set(producerId, {
      idleSinceMs: null,
      epoch: bytes.readInt16BE(at + 8),
      batches: lastSequence < 0 ? [] : [batch],
    });
  }
}

const headerBytes = 10;
const entryBytes = 46;

/** producer id 8, epoch 2, last sequence 4, last offset 8, offset delta 4, timestamp 8, coordinator epoch 4, transaction's first offset 8. */
function writeEntry(bytes: Buffer, at: number, producerId: number, producer: ProducerEntry): void {
  const last = producer.batches.at(-1);
  bytes.writeBigInt64BE(BigInt(producerId), at);
  bytes.writeInt16BE(producer.epoch, at + 8);
  bytes.writeInt32BE(last?.lastSequence ?? -1, at + 10);
  bytes.writeBigInt64BE(BigInt(last?.lastOffset ?? -1), at + 14);
  bytes.writeInt32BE(last === undefined ? 0 : last.lastOffset - last.baseOffset, at + 22);
  bytes.writeBigInt64BE(BigInt(last?.timestamp ?? -1), at + 26);
  bytes.writeInt32BE(-1, at + 34);
  bytes.writeBigInt64BE(-1n, at + 38);
}

function nextSequence(sequence: number): number {
  return sequence === 0x7fff_ffff ? 0 : sequence + 1;
}

function sequenceBefore(sequence: number, steps: number): number {
  return sequence >= steps ? sequence - steps : 0x7fff_ffff - (steps - sequence) + 1;
}
