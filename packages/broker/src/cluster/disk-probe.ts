import { diskProbeEveryMs, diskStallMsMax } from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';

const file = 'probe';
const probeBytes = 4_096;
/** The first sector, which holds the mark: a full disk takes it too, as it replaces one that is there. */
const markBytes = 512;

/**
 * Whether the disk still takes writes. A broker whose disk hangs, or is full, is no use as a leader and holds up all
 * whom it is in sync with, so it is not to be counted on though its process lives. Each write leaves a higher mark in
 * the directory, by which the cell can tell that it was set back.
 */
export class DiskProbe {
  readonly #deps: Pick<Deps, 'clock' | 'disk' | 'log'>;
  #timer: Timer | null = null;
  #isStopped = false;
  /** Of the write that is under way. */
  #beganMs: number | null = null;
  #hasFailed = false;
  #mark = 0;

  constructor(deps: Pick<Deps, 'clock' | 'disk' | 'log'>) {
    this.#deps = deps;
  }

  get isSound(): boolean {
    const began = this.#beganMs;
    if (began === null) return !this.#hasFailed;
    return !this.#hasFailed && this.#deps.clock.monotonicMs() - began < diskStallMsMax;
  }

  /** The highest mark that the directory holds for good; 0: none. */
  get mark(): number {
    return this.#mark;
  }

  /** The mark that former lives have left, from which this one goes on; null: there is none. */
  async readMark(): Promise<number | null> {
    const bytes = await this.#deps.disk.readWhole(file);
    const mark = /^mark=(\d{1,9})\n/.exec(bytes?.toString('latin1', 0, markBytes) ?? '')?.[1];
    if (mark === undefined) return null;
    // A life that was killed may have left it in the system's memory alone.
    const probe = await this.#deps.disk.open(file);
    try {
      await probe.sync();
    } finally {
      await probe.close();
    }
    this.#mark = Number(mark);
    return this.#mark;
  }

  start(): void {
    this.#timer = this.#deps.clock.after(diskProbeEveryMs, () => {
      void this.#probe().finally(() => this.#isStopped || this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #probe(): Promise<void> {
    const { clock, disk, log } = this.#deps;
    const began = clock.monotonicMs();
    this.#beganMs = began;
    const mark = this.#mark + 1;
    try {
      const probe = await disk.open(file);
      try {
        await probe.truncate(markBytes);
        await probe.write([Buffer.from(`mark=${mark}\n`.padEnd(markBytes, ' '))], 0);
        // A block that is new each time: on a full disk an old one can still be written to.
        await probe.write([Buffer.alloc(probeBytes, began & 0xff)], probeBytes);
        await probe.sync();
      } finally {
        await probe.close();
      }
      this.#mark = mark;
      if (this.#hasFailed) log.info('disk.sound-again');
      this.#hasFailed = false;
      const tookMs = Math.round(clock.monotonicMs() - began);
      if (tookMs >= diskStallMsMax) log.warn('disk.stalled', { tookMs });
    } catch (cause) {
      if (!this.#hasFailed) log.error('disk.unsound', {}, cause);
      this.#hasFailed = true;
    } finally {
      this.#beganMs = null;
    }
  }
}
