import type { Clock, Transport } from '../deps.ts';
import type { Answer } from '../dispatch/answer.ts';
import { untakenAnswerIdleMsMax, untakenAnswerMsMax } from '../limits.ts';
import type { Account } from '../memory/account.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { Queue } from '../memory/queue.ts';

/** A request that was started; its answer leaves when all before it have left. */
export interface Slot {
  readonly requestBytes: number;
  answer: Answer | null;
  /** What the answer keeps in memory, and whose it is. */
  heldBytes: number;
  account: Account | null;
}

export interface OutboxEvents {
  /** A request's answer is on its way, or was not wanted any more. */
  left(requestBytes: number): void;
  /** All that was ready was handed over; `close` says why the connection ends with it. */
  flushed(close: string | null): void;
  /** The kernel has taken something. */
  taken(): void;
}

/**
 * The answers of one connection on their way out: in the order of the requests, those of one tick in one
 * write. What they keep in memory is their cluster's until the kernel has taken it: whole frames where they
 * hold views of them.
 */
export class Outbox {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #transport: Pick<Transport, 'write'>;
  readonly #events: OutboxEvents;
  /** Handed to the kernel and not taken: past it, no further answer is asked for. */
  readonly #bytesUnsentMax: number;
  readonly #slots = new Queue<Slot>();
  #isFlushScheduled = false;
  #bytesUnsent = 0;
  #takenAtMs: number;
  isClosed = false;
  /** Pays for the answers that are still to come; null as long as nobody does. */
  account: Account | null = null;

  constructor(
    clock: Pick<Clock, 'monotonicMs'>,
    transport: Pick<Transport, 'write'>,
    events: OutboxEvents,
    bytesUnsentMax: number,
  ) {
    this.#clock = clock;
    this.#transport = transport;
    this.#events = events;
    this.#bytesUnsentMax = bytesUnsentMax;
    this.#takenAtMs = clock.monotonicMs();
  }

  /** Requests that were started and whose answers have not left. */
  get length(): number {
    return this.#slots.length;
  }

  /** Whether another answer may be asked for: not while the peer leaves too much, or its cluster too much in all, lying. */
  get hasRoom(): boolean {
    if (this.#bytesUnsent > this.#bytesUnsentMax) return false;
    return this.#bytesUnsent === 0 || this.account === null || this.account.room > 0;
  }

  begin(requestBytes: number): Slot {
    const slot: Slot = { requestBytes, answer: null, heldBytes: 0, account: this.account };
    this.#slots.push(slot);
    return slot;
  }

  settle(slot: Slot, answer: Answer): void {
    slot.answer = answer;
    slot.heldBytes = heldBytes(answer);
    slot.account?.take(slot.heldBytes);
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    // A microtask gathers all that the same event completed.
    queueMicrotask(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  /** Why the connection has to end: its peer takes nothing, and others need the memory or it has been long enough. */
  problem(nowMs: number): string | null {
    if (this.#bytesUnsent === 0) return null;
    const untakenMs = nowMs - this.#takenAtMs;
    const isPressing = this.account !== null && this.account.room < this.account.bytesMax / 4;
    if (untakenMs > untakenAnswerMsMax && isPressing) return 'answers are not taken, and memory is short';
    return untakenMs > untakenAnswerIdleMsMax ? 'answers are not taken' : null;
  }

  #flush(): void {
    const sent: Slot[] = [];
    const unsent: Slot[] = [];
    const buffers: Buffer[] = [];
    let bytes = 0;
    let close: string | null = null;
    for (let slot = this.#slots.first(); slot?.answer != null; slot = this.#slots.first()) {
      this.#slots.shift();
      this.#events.left(slot.requestBytes);
      if (close !== null) {
        unsent.push(slot);
        continue;
      }
      sent.push(slot);
      for (const buffer of slot.answer.buffers) {
        buffers.push(buffer);
        bytes += buffer.length;
      }
      close = slot.answer.close;
    }
    release(unsent, false);
    this.#write(sent, buffers, bytes);
    this.#events.flushed(close);
  }

  #write(sent: readonly Slot[], buffers: readonly Buffer[], bytes: number): void {
    if (buffers.length === 0 || this.isClosed) {
      release(sent, false);
      return;
    }
    if (this.#bytesUnsent === 0) this.#takenAtMs = this.#clock.monotonicMs();
    this.#bytesUnsent += bytes;
    this.#transport.write(buffers, (isTaken) => {
      release(sent, isTaken);
      this.#bytesUnsent -= bytes;
      this.#takenAtMs = this.#clock.monotonicMs();
      this.#events.taken();
    });
  }
}

function release(slots: readonly Slot[], isTaken: boolean): void {
  for (const { answer, account, heldBytes: held } of slots) {
    if (isTaken) answer?.taken?.();
    for (const frame of answer?.frames ?? []) frame.release();
    account?.giveBack(held);
  }
}

/** Bytes of the answer's own, and the whole buffers of the frames that it holds views of. */
function heldBytes(answer: Answer): number {
  const { buffers, frames } = answer;
  if (frames.length === 0) return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  const distinct: Iterable<Frame> = frames.length === 1 ? frames : new Set(frames);
  let bytes = 0;
  for (const frame of distinct) bytes += frame.buffer.length;
  return bytes;
}
