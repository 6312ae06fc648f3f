/** Things that wait for their turn, each once: one owner after the other, and each owner's in the order in which they came. */
export class FairSet<Thing> {
  /** In the order of their turns; who has nothing that waits is not in it. */
  readonly #byOwner = new Map<string, Set<Thing>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(owner: string, thing: Thing): void {
    let things = this.#byOwner.get(owner);
    if (things === undefined) {
      things = new Set();
      this.#byOwner.set(owner, things);
    }
    if (things.has(thing)) return;
    things.add(thing);
    this.#size += 1;
  }

  delete(owner: string, thing: Thing): void {
    const things = this.#byOwner.get(owner);
    if (things?.delete(thing) !== true) return;
    this.#size -= 1;
    if (things.size === 0) this.#byOwner.delete(owner);
  }

  /** Takes out the one whose turn it is, and its owner goes to the end of the line; undefined: nothing waits. */
  take(): Thing | undefined {
    for (const [owner, things] of this.#byOwner) {
      this.#byOwner.delete(owner);
      if (things.size > 1) this.#byOwner.set(owner, things);
      for (const thing of things) {
        things.delete(thing);
        this.#size -= 1;
        return thing;
      }
    }
    return undefined;
  }
}
