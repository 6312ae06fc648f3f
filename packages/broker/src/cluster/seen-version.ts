import type { MetadataStore } from '@weir/metadata-store/port';
import { seenVersionEveryMs } from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';
import { StartProblem } from './broker-life.ts';

const file = 'cell-version';

type SeenVersionDeps = Pick<Deps, 'clock' | 'disk' | 'log'> & {
  readonly metadata: Pick<MetadataStore, 'changesSince'>;
};

/**
 * How far the cell's store had come when this broker last looked, kept beside its logs. A store that is behind that
 * was set back (restored from a copy, or a standby that lagged took over): it has forgotten topics, and elects
 * leaders by what was true once. Nothing is begun on it, and nothing deleted.
 */
export class SeenVersion {
  readonly #deps: SeenVersionDeps;
  /** What the file says. */
  #written = 0;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(deps: SeenVersionDeps) {
    this.#deps = deps;
  }

  /** Rejects with StartProblem where the store is behind, unless that is accepted. */
  async check(isOlderAccepted: boolean): Promise<void> {
    const { disk, metadata, log } = this.#deps;
    const text = (await disk.readWhole(file))?.toString('utf8') ?? '';
    this.#written = /^\d{1,15}\n$/.test(text) ? Number(text) : 0;
    // Nothing newer than what was seen is asked for: the answer is the version.
    const { version } = await metadata.changesSince(Math.max(this.#written, 1));
    if (version >= this.#written) return;
    const seen = this.#written;
    if (!isOlderAccepted)
      throw new StartProblem(
        `The cell's metadata store is at version ${version}, and this broker has seen version ${seen}: the store was set back. Bring the newer one back. Or start with WEIR_ACCEPT_OLDER_STORE=1 to go on with what this one knows: logs of topics that it has forgotten are put aside, and removed a day later.`,
      );
    log.warn('metadata.older-accepted', { version, seen });
    await this.write(version);
  }

  /** Writes down from time to time what `version` is. */
  start(version: () => number): void {
    this.#timer = this.#deps.clock.after(seenVersionEveryMs, () => {
      this.write(version()).then(
        () => this.#isStopped || this.start(version),
        (cause: unknown) => {
          this.#deps.log.warn('metadata.version.not-written', {}, cause);
          if (!this.#isStopped) this.start(version);
        },
      );
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async write(version: number): Promise<void> {
    if (version === this.#written) return;
    await this.#deps.disk.replace(file, Buffer.from(`${version}\n`));
    this.#written = version;
  }
}
