import type { Clock } from '../deps.ts';

/**
 * Long work in short turns: after each piece its owner asks whether the turn has lasted long enough, and if
 * so awaits `giveWay`, which lets everything else that is due go first. Pieces are counted as well as timed,
 * because simulated time stands still during a turn.
 */
export class Slices {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'soon'>;
  readonly #msMax: number;
  readonly #piecesMax: number;
  #pieces = 0;
  #beganMs: number;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'soon'>, msMax: number, piecesMax: number) {
    this.#clock = clock;
    this.#msMax = msMax;
    this.#piecesMax = piecesMax;
    this.#beganMs = clock.monotonicMs();
  }

  /** Counts one piece; true when it is time to give way. */
  isOver(): boolean {
    this.#pieces += 1;
    return this.#pieces >= this.#piecesMax || this.#clock.monotonicMs() - this.#beganMs >= this.#msMax;
  }

  async giveWay(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.soon(resolve));
    this.#pieces = 0;
    this.#beganMs = this.#clock.monotonicMs();
  }
}
