/** Who serves a partition to a follower. */
export interface Holder {
  /** Another connection has it now. */
  yields(key: string): void;
}

/**
 * Which of the connections of one life of a follower has a partition: the one on which it was last asked for. What is
 * asked on two connections arrives in any order, so each request says which one it is; a late one would take the
 * follower's position back, and nobody would tell the right one again.
 */
export class Holders {
  readonly #byKey = new Map<string, { holder: Holder; said: number }>();

  /** Whether the partition is the caller's, who was asked for it in the request of that number; another's is taken from it. */
  claim(key: string, holder: Holder, said: number): boolean {
    const known = this.#byKey.get(key);
    if (known === undefined) {
      this.#byKey.set(key, { holder, said });
      return true;
    }
    if (known.said > said) return false;
    const before = known.holder;
    known.holder = holder;
    known.said = said;
    if (before !== holder) before.yields(key);
    return true;
  }

  release(key: string, holder: Holder): void {
    if (this.#byKey.get(key)?.holder === holder) this.#byKey.delete(key);
  }
}
