import type { UsagePart } from '@weir/billing/usage-hour';

/** Some 250 bytes each. */
const rowsMaxByDefault = 100_000;

/**
 * What stretches of days that have ended were used by, as it was read before: pages ask for the same every few seconds, and
 * only today changes. `name` says all that is asked for, and of which versions the days are. What was asked for longest ago
 * is forgotten.
 */
export class KnownParts {
  readonly #rowsMax: number;
  /** The one asked for last is last. */
  readonly #stretches = new Map<string, readonly UsagePart[]>();
  #rows = 0;

  constructor(rowsMax = rowsMaxByDefault) {
    this.#rowsMax = rowsMax;
  }

  /** `read` has to be of the snapshot in which the versions were read. */
  async of(name: string, read: () => Promise<readonly UsagePart[]>): Promise<readonly UsagePart[]> {
    const known = this.#stretches.get(name);
    const parts = known ?? (await read());
    this.#forget(name);
    this.#stretches.set(name, parts);
    this.#rows += rowsOf(parts);
    for (const oldest of this.#stretches.keys()) {
      if (this.#rows <= this.#rowsMax) break;
      this.#forget(oldest);
    }
    return parts;
  }

  #forget(name: string): void {
    const parts = this.#stretches.get(name);
    if (parts === undefined) return;
    this.#stretches.delete(name);
    this.#rows -= rowsOf(parts);
  }
}

/** One without any is kept as well. */
const rowsOf = (parts: readonly UsagePart[]): number => parts.length + 1;
