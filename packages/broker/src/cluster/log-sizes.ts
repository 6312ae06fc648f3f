import type { Deps } from '../deps.ts';
import type { Partition } from '../partition/partition.ts';

const file = 'log-sizes';

/**
 * How many bytes each log of the broker had when that was last written down. A log is read when it is first asked for,
 * and until then nothing else tells how much its tenant stores in it.
 */
export class LogSizes {
  readonly #deps: Pick<Deps, 'disk' | 'log'>;
  #known = new Map<string, number>();

  constructor(deps: Pick<Deps, 'disk' | 'log'>) {
    this.#deps = deps;
  }

  async load(): Promise<void> {
    const text = (await this.#deps.disk.readWhole(file))?.toString('utf8') ?? '';
    for (const line of text.split('\n')) {
      const [, dir, bytes] = /^(\S+) (\d{1,15})$/.exec(line) ?? [];
      if (dir !== undefined) this.#known.set(dir, Number(bytes));
    }
  }

  of({ dir, log }: Pick<Partition, 'dir' | 'log'>): number {
    return log?.sizeBytes ?? this.#known.get(dir) ?? 0;
  }

  /** Writes the sizes down, if any has changed. Where the disk refuses, the next life counts with older ones. */
  async write(partitions: Iterable<Pick<Partition, 'dir' | 'log'>>): Promise<void> {
    const sizes = new Map<string, number>();
    for (const partition of partitions) {
      const bytes = this.of(partition);
      if (bytes > 0) sizes.set(partition.dir, bytes);
    }
    const isSame =
      sizes.size === this.#known.size && [...sizes].every(([dir, bytes]) => this.#known.get(dir) === bytes);
    if (isSame) return;
    const lines = [...sizes].map(([dir, bytes]) => `${dir} ${bytes}\n`).join('');
    try {
      await this.#deps.disk.replace(file, Buffer.from(lines));
      this.#known = sizes;
    } catch (cause) {
      this.#deps.log.warn('log-sizes.not-written', {}, cause);
    }
  }
}
