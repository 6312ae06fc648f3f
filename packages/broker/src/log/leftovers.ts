import type { Deps } from '../deps.ts';
import { cutFileMs } from '../kept-limits.ts';
import type { RecoveryPoint } from './checkpoint.ts';

type LeftoverDeps = Pick<Deps, 'clock' | 'disk' | 'log'>;

/** How what was cut off a log is called, so that it is known when that was. */
export const cutName = (name: string, nowMs: number): string => `${nowMs}_${name}.cut`;

/** Of the files in a log's directory those that no start reads: cut off, half written, half compacted, or of a checkpoint that is over. */
export function leftoversIn(
  names: readonly string[],
  bases: readonly number[],
  point: RecoveryPoint,
): string[] {
  const kept = new Set([...bases, point.offset]);
  return names.filter((name) => {
    if (name.endsWith('.cut') || name.endsWith('.tmp') || name.endsWith('.cleaned')) return true;
    const offset = /^(\d{20})\.snapshot$/.exec(name)?.[1];
    return offset !== undefined && !kept.has(Number(offset));
  });
}

/**
 * What lies beside a log and is no part of it. What was cut off is kept for a week, for somebody to look at, and then
 * goes, as its records were to; everything else goes at once.
 */
export class Leftovers {
  readonly #deps: LeftoverDeps;
  readonly #dir: string;
  /** By name, when it was cut off; milliseconds since the epoch. */
  readonly #cuts = new Map<string, number>();

  private constructor(deps: LeftoverDeps, dir: string) {
    this.#deps = deps;
    this.#dir = dir;
  }

  /** Where the disk refuses they stay until the log is opened again: they cost room and nothing else. */
  static async clear(deps: LeftoverDeps, dir: string, names: readonly string[]): Promise<Leftovers> {
    const leftovers = new Leftovers(deps, dir);
    for (const name of names) {
      try {
        await leftovers.#take(name);
      } catch (cause) {
        deps.log.warn('log.leftover.failed', { dir, file: name }, cause);
      }
    }
    return leftovers;
  }

  async #take(name: string): Promise<void> {
    const { clock, disk } = this.#deps;
    if (!name.endsWith('.cut')) return disk.remove(`${this.#dir}/${name}`);
    const cutMs = /^(\d+)_/.exec(name)?.[1];
    if (cutMs !== undefined) {
      this.#cuts.set(name, Number(cutMs));
      return this.removeOld();
    }
    // Of before their names told when: from now on.
    const nowMs = clock.now();
    const named = `${nowMs}_${name}`;
    await disk.rename(`${this.#dir}/${name}`, `${this.#dir}/${named}`);
    this.#cuts.set(named, nowMs);
  }

  /** Files that were cut off and are still there. */
  get cutFiles(): number {
    return this.#cuts.size;
  }

  async removeOld(): Promise<void> {
    const { clock, disk, log } = this.#deps;
    for (const [name, cutMs] of this.#cuts) {
      if (clock.now() - cutMs <= cutFileMs) continue;
      await disk.remove(`${this.#dir}/${name}`);
      this.#cuts.delete(name);
      log.info('log.cut.removed', { dir: this.#dir, file: name });
    }
  }
}
