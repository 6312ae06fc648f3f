import { StoreError } from '@weir/metadata-store/port';
import type { BrokerOptions, WaitingBroker } from './broker.ts';
import { StartEnded } from './cluster/broker-life.ts';
import { LogDirectory } from './cluster/log-directory.ts';
import type { Picture } from './cluster/picture.ts';
import { PictureFile } from './cluster/picture-file.ts';
import type { Deps, Timer } from './deps.ts';
import { pictureAgeMsMax, storeRetryMs } from './kept-limits.ts';
import { notReadySamples } from './metrics.ts';
import { showPicture } from './showing-broker.ts';

/**
 * Resolves once the cell's store answers: without it nobody knows whether this broker still has its id, and what it
 * leads. Until then the broker shows what it knew, if that is not too old. Rejects with StartEnded where it is stopped
 * meanwhile.
 */
export async function whenStoreAnswers(world: Deps, options: BrokerOptions): Promise<void> {
  const problem = await problemOf(world);
  if (problem === null) return;
  const waiting = new Waiting(world, options);
  try {
    await waiting.begin(problem);
    options.onWaiting?.(waiting);
    await waiting.untilAnswered();
  } finally {
    await waiting.stopShowing();
  }
}

/** null: it answers. */
async function problemOf({ metadata }: Pick<Deps, 'metadata'>): Promise<StoreError | null> {
  try {
    // Nothing is newer: the answer is small, however large the cell.
    await metadata.changesSince(Number.MAX_SAFE_INTEGER);
    return null;
  } catch (cause) {
    if (cause instanceof StoreError) return cause;
    throw cause;
  }
}

class Waiting implements WaitingBroker {
  readonly #world: Deps;
  readonly #options: BrokerOptions;
  #shown: WaitingBroker | null = null;
  #tooOld: Timer | null = null;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(world: Deps, options: BrokerOptions) {
    this.#world = world;
    this.#options = options;
  }

  samples(): ReturnType<WaitingBroker['samples']> {
    return this.#shown?.samples() ?? notReadySamples();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.stopShowing();
  }

  async stopShowing(): Promise<void> {
    const shown = this.#shown;
    this.#shown = null;
    this.#tooOld?.cancel();
    await shown?.stop();
  }

  async begin(problem: StoreError): Promise<void> {
    const { log, clock } = this.#world;
    const { brokerId } = this.#options;
    // Says so where the directory is another broker's.
    await LogDirectory.open(this.#world, brokerId);
    const picture = await this.#usablePicture();
    const found = typeof picture === 'string' ? null : picture;
    log.warn(
      'broker.waits-for-store',
      {
        brokerId,
        does:
          found === null
            ? `nothing until the store answers: ${String(picture)}`
            : 'lets clients read what was committed; takes nothing and coordinates nothing until the store answers',
        pictureVersion: found?.version ?? null,
        pictureAgeMs: found === null ? null : clock.now() - found.confirmedMs,
      },
      problem,
    );
    if (found === null) return;
    this.#shown = await showPicture(this.#world, this.#options, found);
    log.info('picture.shown', { version: found.version });
    this.#endShowing(pictureAgeMsMax - (clock.now() - found.confirmedMs));
  }

  /** Why there is none, in words, where there is none. */
  async #usablePicture(): Promise<Picture | string> {
    const { cellName } = this.#options;
    if (cellName === undefined) return 'it keeps no picture of the cell';
    const picture = await new PictureFile(this.#world, cellName).read();
    if (typeof picture === 'string') return `the picture of the cell is ${picture}`;
    const ageMs = this.#world.clock.now() - picture.confirmedMs;
    // One of the future tells that a clock was set: nobody knows how old it is.
    const isFresh = ageMs >= 0 && ageMs <= pictureAgeMsMax;
    return isFresh ? picture : 'the picture of the cell is too old, and keys may have been revoked since';
  }

  /** Later than that a key may have been revoked for too long. */
  #endShowing(afterMs: number): void {
    this.#tooOld = this.#world.clock.after(Math.max(afterMs, 0), () => {
      this.#world.log.warn('picture.too-old');
      this.stopShowing().catch((cause: unknown) => this.#world.log.error('picture.not-closed', {}, cause));
    });
  }

  async untilAnswered(): Promise<void> {
    const { clock, log } = this.#world;
    const beganMs = clock.monotonicMs();
    for (;;) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        clock.after(storeRetryMs, resolve);
        if (this.#isStopped) resolve();
      });
      if (this.#isStopped) throw new StartEnded();
      if ((await problemOf(this.#world)) === null) break;
    }
    log.info('store.answers', { waitedMs: Math.round(clock.monotonicMs() - beganMs) });
  }
}
