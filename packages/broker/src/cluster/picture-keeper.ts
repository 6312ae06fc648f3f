import type { Deps, Timer } from '../deps.ts';
import { pictureEveryMs, pictureNotedMs, pictureWritingShareMax } from '../kept-limits.ts';
import type { Cell } from './cell.ts';
import { pictureOf } from './picture.ts';
import type { PictureFile } from './picture-file.ts';

/**
 * Writes the cell's picture down when it has changed, and notes from time to time that it has not, so that this broker
 * can show it where it starts and the store does not answer.
 */
export class PictureKeeper {
  readonly #deps: Pick<Deps, 'clock' | 'log'>;
  readonly #cell: Cell;
  readonly #file: PictureFile;
  /** Of the picture that lies on the disk. */
  #version: number | null = null;
  #notedMs = 0;
  #timer: Timer | null = null;
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #isStopped = false;

  constructor(deps: Pick<Deps, 'clock' | 'log'>, cell: Cell, file: PictureFile) {
    this.#deps = deps;
    this.#cell = cell;
    this.#file = file;
  }

  /** From now on, beside what is served. */
  start(): void {
    this.#writing = this.#write().then((tookMs) => {
      if (this.#isStopped) return;
      // Who has a large picture that changes all the time writes it more seldom.
      const waitMs = Math.max(pictureEveryMs, tookMs / pictureWritingShareMax);
      this.#timer = this.#deps.clock.after(waitMs, () => this.start());
    });
  }

  /** As it is in the end is written as well. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#writing;
    await this.#write();
  }

  /** Resolves with how long it took. Where the disk refuses, the picture on it stays as it was. */
  async #write(): Promise<number> {
    const { clock, log } = this.#deps;
    const beganMs = clock.monotonicMs();
    try {
      await this.#writeWhatIsNew();
      this.#hasFailed = false;
    } catch (cause) {
      if (!this.#hasFailed) log.warn('picture.not-written', {}, cause);
      this.#hasFailed = true;
    }
    return clock.monotonicMs() - beganMs;
  }

  async #writeWhatIsNew(): Promise<void> {
    const { version, confirmedMs } = this.#cell;
    if (confirmedMs === null) return;
    if (version === this.#version) {
      if (confirmedMs - this.#notedMs < pictureNotedMs) return;
      await this.#file.confirm({ version, confirmedMs });
    } else {
      const picture = pictureOf(this.#cell);
      if (picture === null) return;
      await this.#file.write(picture);
      this.#version = picture.version;
    }
    this.#notedMs = confirmedMs;
  }
}
