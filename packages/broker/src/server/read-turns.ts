import type { Clock } from '../deps.ts';
import { readBytesPerMs, readTurnMs } from '../limits.ts';
import type { Flow, Runnable } from '../schedule/flow.ts';
import type { Scheduler } from '../schedule/scheduler.ts';

/**
 * When a connection may read: at any time, but of a tenant who keeps the broker busy a chunk a turn, where more
 * than a little is read. What libuv has read and copied is work done, and it reads all sockets that have something
 * before anybody else's turn.
 */
export class ReadTurns {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #scheduler: Scheduler;
  readonly #changed: () => void;
  #flow: Flow;
  /** Nothing is to be read until it is its turn. */
  awaitsTurn = false;
  #hasEnded = false;
  readonly #turn: Runnable = {
    followsMs: readTurnMs,
    turn: () => {
      this.awaitsTurn = false;
      this.#changed();
      return 'done';
    },
  };

  /** `changed` is called when it waits for a turn from now on, or does no more. */
  constructor(
    clock: Pick<Clock, 'monotonicMs'>,
    scheduler: Scheduler,
    { flow, changed }: { readonly flow: Flow; readonly changed: () => void },
  ) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#changed = changed;
    this.#flow = flow;
    flow.readers.add(this);
  }

  /** Whose it is has become known. */
  join(flow: Flow): void {
    this.#flow.readers.delete(this);
    this.#flow = flow;
    flow.readers.add(this);
  }

  /** So many bytes were read, and `take` is what becomes of them at once. */
  read(bytes: number, take: () => void): void {
    const beganMs = this.#clock.monotonicMs();
    const readMs = readTurnMs + bytes / readBytesPerMs;
    this.owe(readMs, beganMs);
    if (!this.#scheduler.mayRead(readMs) && !this.#flow.isLight(beganMs)) this.askForTurn();
    take();
    const endedMs = this.#clock.monotonicMs();
    this.owe(endedMs - beganMs, endedMs);
  }

  /** Work that no turn was waited for. Whoever becomes one of those that keep the broker busy waits from now on. */
  owe(ms: number, nowMs = this.#clock.monotonicMs()): void {
    const flow = this.#flow;
    const wasLight = flow.isLight(nowMs);
    flow.owe(ms);
    if (wasLight && !flow.isLight(nowMs)) for (const reader of flow.readers) reader.askForTurn();
  }

  askForTurn(): void {
    if (this.awaitsTurn || this.#hasEnded) return;
    this.awaitsTurn = true;
    this.#scheduler.ready(this.#flow, this.#turn);
    this.#changed();
  }

  end(): void {
    this.#hasEnded = true;
    this.#flow.readers.delete(this);
  }
}
