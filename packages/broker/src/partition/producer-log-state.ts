import {
  baseSequence,
  batchBaseOffset,
  batchLastOffset,
  lastSequence,
  maxTimestamp,
  producerEpoch,
  producerId,
} from '@weir/kafka-protocol/record-batch';
import type { LogState } from '../log/log-state.ts';
import type { ProducerLedger } from './producer-ledger.ts';

/** The ledger as the log sees it: something to snapshot, and to feed while reading. */
export class ProducerLogState implements LogState {
  readonly #ledger: ProducerLedger;

  constructor(ledger: ProducerLedger) {
    this.#ledger = ledger;
  }

  get snapshotBytes(): number {
    return this.#ledger.snapshotBytes;
  }

  snapshot(): Buffer {
    return this.#ledger.snapshot();
  }

  load(snapshot: Buffer): boolean {
    return this.#ledger.load(snapshot);
  }

  lastOffsets(): number[] {
    return this.#ledger.lastOffsets();
  }

  clear(): void {
    this.#ledger.clear();
  }

  replay(bytes: Buffer, at: number): void {
    learnBatch(this.#ledger, bytes, at);
  }
}

/** Learns an idempotent batch that carries its offsets; others leave no trace. */
export function learnBatch(ledger: ProducerLedger, bytes: Buffer, at: number): void {
  const producer = producerId(bytes, at);
  if (producer < 0) return;
  ledger.learn(producer, producerEpoch(bytes, at), {
    firstSequence: baseSequence(bytes, at),
    lastSequence: lastSequence(bytes, at),
    baseOffset: batchBaseOffset(bytes, at),
    lastOffset: batchLastOffset(bytes, at),
    timestamp: maxTimestamp(bytes, at),
  });
}
