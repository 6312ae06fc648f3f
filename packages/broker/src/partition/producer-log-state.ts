import { readEndMarker } from '@weir/kafka-protocol/control-records';
import {
  baseSequence,
  batchBaseOffset,
  batchLastOffset,
  isControl,
  isTransactional,
  lastSequence,
  maxTimestamp,
  producerEpoch,
  producerId,
} from '@weir/kafka-protocol/record-batch';
import type { AbortedTransaction } from '../log/aborted-index.ts';
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

  replay(bytes: Buffer, at: number): AbortedTransaction | null {
    return learnBatch(this.#ledger, bytes, at);
  }
}

/**
 * Learns an idempotent batch that carries its offsets, or the end of a transaction; others leave no trace. Returns
 * the transaction that it aborts.
 */
export function learnBatch(ledger: ProducerLedger, bytes: Buffer, at: number): AbortedTransaction | null {
  const producer = producerId(bytes, at);
  if (producer < 0) return null;
  if (isControl(bytes, at)) return learnMarker(ledger, producer, bytes, at);
  const baseOffset = batchBaseOffset(bytes, at);
  ledger.learn(producer, producerEpoch(bytes, at), {
    firstSequence: baseSequence(bytes, at),
    lastSequence: lastSequence(bytes, at),
    baseOffset,
    lastOffset: batchLastOffset(bytes, at),
    timestamp: maxTimestamp(bytes, at),
  });
  if (isTransactional(bytes, at)) ledger.transactions.begin(producer, baseOffset);
  return null;
}

function learnMarker(
  ledger: ProducerLedger,
  producer: number,
  bytes: Buffer,
  at: number,
): AbortedTransaction | null {
  const marker = readEndMarker(bytes, at);
  if (marker === null) return null;
  const { isCommit, coordinatorEpoch } = marker;
  const offset = batchBaseOffset(bytes, at);
  const ended = ledger.learnMarker(producer, producerEpoch(bytes, at), { offset, coordinatorEpoch });
  return ended === null || isCommit ? null : { producerId: producer, lastOffset: offset, ...ended };
}
