import type { CommittedOffset } from './classic-group.ts';
import { offsetBytes, topicBytes } from './footprint.ts';

/** An offset that is committed once the transaction that it came in is. */
export interface PendingOffset {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly committed: CommittedOffset;
}

/** What a group's offsets become by transactions that are open, whatever their end will be (KIP-98, KIP-447). */
export class PendingOffsets {
  /** By producer, then topic and partition. */
  private readonly byProducer = new Map<number, Map<string, PendingOffset>>();
  /** By topic and partition, how many transactions have one. */
  private readonly counts = new Map<string, number>();
  private readonly charge: (bytes: number) => void;

  constructor(charge: (bytes: number) => void) {
    this.charge = charge;
  }

  get isEmpty(): boolean {
    return this.byProducer.size === 0;
  }

  has(topic: string, partition: number): boolean {
    return this.counts.has(keyOf(topic, partition));
  }

  of(producerId: number): Iterable<PendingOffset> {
    return this.byProducer.get(producerId)?.values() ?? [];
  }

  *all(): Iterable<PendingOffset> {
    for (const offsets of this.byProducer.values()) yield* offsets.values();
  }

  producerIds(): Iterable<number> {
    return this.byProducer.keys();
  }

  set(pending: PendingOffset): void {
    const key = keyOf(pending.topic, pending.partition);
    this.remove(pending.topic, pending.partition, pending.producerId);
    const offsets = this.byProducer.get(pending.producerId) ?? new Map<string, PendingOffset>();
    this.byProducer.set(pending.producerId, offsets);
    offsets.set(key, pending);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.charge(pendingBytes(pending.topic, pending.committed.metadata));
  }

  remove(topic: string, partition: number, producerId: number): void {
    const key = keyOf(topic, partition);
    const offsets = this.byProducer.get(producerId);
    const former = offsets?.get(key);
    if (offsets === undefined || former === undefined) return;
    offsets.delete(key);
    if (offsets.size === 0) this.byProducer.delete(producerId);
    const count = (this.counts.get(key) ?? 1) - 1;
    if (count === 0) this.counts.delete(key);
    else this.counts.set(key, count);
    this.charge(-pendingBytes(topic, former.committed.metadata));
  }
}

/** What one costs on the heap, bytes: about what a committed offset does in a topic of its own. */
export function pendingBytes(topic: string, metadata: string): number {
  return topicBytes(topic) + offsetBytes(metadata);
}

function keyOf(topic: string, partition: number): string {
  return `${partition}/${topic}`;
}
