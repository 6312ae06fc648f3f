import { producerIdIdleMsMax, producerIdsKeptMax } from './limits.ts';

/** What a broker knows an idempotent producer by, and the sequence number of its next record. KIP-98. */
export interface ProducerId {
  readonly id: number;
  readonly epoch: number;
  readonly sequence: number;
}

interface Kept extends ProducerId {
  readonly usedAtMs: number;
}

/** Sequences wrap to 0 after this one. */
const sequenceMax = 0x7fff_ffff;

export const nextSequence = (producer: ProducerId): ProducerId => ({
  ...producer,
  sequence: producer.sequence === sequenceMax ? 0 : producer.sequence + 1,
});

/**
 * Producer ids that are at rest, by the partition they write to. Each is with one request at a time and comes
 * back only when it is certain what its last sequence number was, so that brokers need not remember a producer
 * for every record.
 */
export class ProducerIds {
  readonly #kept = new Map<string, Kept[]>();
  #count = 0;

  take(place: string, nowMs: number): ProducerId | null {
    const own = this.#kept.get(place);
    const kept = own?.pop();
    if (own?.length === 0) this.#kept.delete(place);
    if (kept === undefined) return null;
    this.#count--;
    return nowMs - kept.usedAtMs <= producerIdIdleMsMax ? kept : this.take(place, nowMs);
  }

  giveBack(place: string, producer: ProducerId, nowMs: number): void {
    if (this.#count >= producerIdsKeptMax) this.#dropOldest();
    const own = this.#kept.get(place) ?? [];
    own.push({ ...producer, usedAtMs: nowMs });
    this.#kept.delete(place);
    this.#kept.set(place, own);
    this.#count++;
  }

  #dropOldest(): void {
    const [oldest] = this.#kept;
    if (oldest === undefined) return;
    const [place, own] = oldest;
    this.#kept.delete(place);
    this.#count -= own.length;
  }
}
