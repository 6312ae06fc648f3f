import type { Deps, Timer } from '../deps.ts';
import { diskProbeEveryMs, diskStallMsMax } from '../limits.ts';

const file = 'probe';
const probeBytes = 4_096;

/**
 * Whether the disk still takes writes. A broker whose disk hangs, or is full, is no use as a leader and holds up all
 * whom it is in sync with, so it is not to be counted on though its process lives.
 */
export class DiskProbe {
  readonly #deps: Pick<Deps, 'clock' | 'disk' | 'log'>;
  #timer: Timer | null = null;
  #isStopped = false;
  /** Of the write that is under way. */
  #beganMs: number | null = null;
  #hasFailed = false;

  constructor(deps: Pick<Deps, 'clock' | 'disk' | 'log'>) {
    this.#deps = deps;
  }

  get isSound(): boolean {
    const began = this.#beganMs;
    if (began === null) return !this.#hasFailed;
    return !this.#hasFailed && this.#deps.clock.monotonicMs() - began < diskStallMsMax;
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
    try {
      const probe = await disk.open(file);
      try {
        // A block that is new each time: on a full disk an old one can still be written to.
        await probe.truncate(0);
        await probe.write([Buffer.alloc(probeBytes, began & 0xff)], 0);
        await probe.sync();
      } finally {
        await probe.close();
      }
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
