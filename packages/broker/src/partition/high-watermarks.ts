import { highWatermarksEveryMs } from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';
import type { Partition } from './partition.ts';

/** Named as in Apache Kafka, in its form; a partition by its directory. */
const file = 'replication-offset-checkpoint';

/**
 * What is committed of the partitions that have several replicas, in one file of the broker: a log's end does not
 * tell, as what lies before it may be on this disk alone.
 */
export class HighWatermarks {
  readonly #deps: Pick<Deps, 'clock' | 'disk' | 'log'>;
  readonly #partitions: () => Iterable<Partition>;
  #known = new Map<string, number>();
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(deps: Pick<Deps, 'clock' | 'disk' | 'log'>, partitions: () => Iterable<Partition>) {
    this.#deps = deps;
    this.#partitions = partitions;
  }

  /** As of the last time that it was written down; 0 where it never was. */
  of(dir: string): number {
    return this.#known.get(dir) ?? 0;
  }

  /** Directories in which something was committed when that was last written down. */
  get dirs(): Iterable<string> {
    return this.#known.keys();
  }

  async load(): Promise<void> {
    const bytes = await this.#deps.disk.readWhole(file);
    const [version, , ...lines] = (bytes?.toString('utf8') ?? '').split('\n');
    if (version !== '0') return;
    for (const line of lines) {
      const fields = /^(\S+) (\d+)$/.exec(line);
      if (fields?.[1] !== undefined) this.#known.set(fields[1], Number(fields[2]));
    }
  }

  start(): void {
    this.#timer = this.#deps.clock.after(highWatermarksEveryMs, () => {
      this.write().then(
        () => this.#isStopped || this.start(),
        (cause: unknown) => {
          this.#deps.log.warn('high-watermarks.not-written', {}, cause);
          if (!this.#isStopped) this.start();
        },
      );
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Writes down what is committed now, if anything has changed. Of a partition that is not open, what was known before. */
  async write(): Promise<void> {
    const marks = new Map<string, number>();
    for (const partition of this.#partitions()) {
      if (!partition.isReplicated) continue;
      const mark = partition.log === null ? this.of(partition.dir) : partition.highWatermark;
      if (mark > 0) marks.set(partition.dir, mark);
    }
    const isSame =
      marks.size === this.#known.size && [...marks].every(([dir, mark]) => this.of(dir) === mark);
    if (isSame) return;
    const lines = [...marks].map(([dir, mark]) => `${dir} ${mark}\n`).join('');
    await this.#deps.disk.replace(file, Buffer.from(`0\n${marks.size}\n${lines}`));
    this.#known = marks;
  }
}
