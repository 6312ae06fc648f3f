import { Queue } from '../memory/queue.ts';

/** What became of an append. */
export type Committed =
  | 'NONE'
  | 'KAFKA_STORAGE_ERROR'
  | 'NOT_LEADER_OR_FOLLOWER'
  | 'NOT_ENOUGH_REPLICAS_AFTER_APPEND';

interface Waiting {
  readonly endOffset: number;
  readonly bytes: number;
  readonly settle: (outcome: Committed) => void;
}

/** Appends on their way: those that wait for this broker's disk, and those that wait for all that are in sync. */
export class Uncommitted {
  readonly #forDisk = new Queue<Waiting>();
  readonly #forAll = new Queue<Waiting>();
  /** Of appends that wait for the disk alone, and of what a follower has fetched: readers have not seen them yet. */
  readonly #unseen = new Queue<Pick<Waiting, 'endOffset' | 'bytes'>>();

  add(endOffset: number, bytes: number, requiresAll: boolean): Promise<Committed> {
    return new Promise((settle) => {
      const waiting = { endOffset, bytes, settle };
      if (requiresAll) {
        this.#forAll.push(waiting);
        return;
      }
      this.#forDisk.push(waiting);
      this.#unseen.push({ endOffset, bytes });
    });
  }

  /** Nobody here waits for it but readers. */
  arrived(endOffset: number, bytes: number): void {
    this.#unseen.push({ endOffset, bytes });
  }

  durable(endOffset: number): void {
    for (const waiting of takeUpTo(this.#forDisk, endOffset)) waiting.settle('NONE');
  }

  /** Returns the bytes that can be read now and could not before. */
  commit(endOffset: number, outcome: Committed): number {
    let bytes = 0;
    for (const waiting of takeUpTo(this.#forAll, endOffset)) {
      bytes += waiting.bytes;
      waiting.settle(outcome);
    }
    for (const unseen of takeUpTo(this.#unseen, endOffset)) bytes += unseen.bytes;
    return bytes;
  }

  settleAll(outcome: Committed): void {
    for (const waiting of takeUpTo(this.#forDisk, Number.POSITIVE_INFINITY)) waiting.settle(outcome);
    this.commit(Number.POSITIVE_INFINITY, outcome);
  }
}

/** A repeat waits behind later batches though its own offset is lower: it is answered with them. */
function* takeUpTo<Entry extends { readonly endOffset: number }>(
  queue: Queue<Entry>,
  endOffset: number,
): Generator<Entry> {
  for (let first = queue.first(); first !== undefined; first = queue.first()) {
    if (first.endOffset > endOffset) return;
    queue.shift();
    yield first;
  }
}
