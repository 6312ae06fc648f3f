/**
 * Bytes that the broker keeps on somebody's behalf, against a bound. What a cluster's account takes is
 * taken from the account of everybody as well; at the bound of everybody a cluster still has its floor, so
 * that whoever holds most is refused before anyone who holds little.
 */
export class Account {
  readonly #parent: Account | null;
  readonly #floor: number;
  bytesMax: number;
  /** Memory is so short that nobody below has a floor any more. */
  hasNoFloors = false;
  #bytes = 0;

  /** `floor`: bytes that may be taken here even where the parent is full. */
  constructor(bytesMax: number, parent: Account | null = null, floor = 0) {
    this.bytesMax = bytesMax;
    this.#parent = parent;
    this.#floor = floor;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that would be taken; not above 0 where there is no room at all. */
  get room(): number {
    const own = this.bytesMax - this.#bytes;
    if (this.#parent === null) return own;
    const floor = this.#parent.hasNoFloors ? 0 : this.#floor;
    return Math.min(own, Math.max(floor - this.#bytes, this.#parent.room));
  }

  /** Whether so many bytes more would be taken. */
  hasRoom(bytes: number): boolean {
    return bytes <= this.room;
  }

  /** Takes the bytes if there is room for them, here and above; otherwise nothing happens. */
  tryTake(bytes: number): boolean {
    if (!this.hasRoom(bytes)) return false;
    this.take(bytes);
    return true;
  }

  /** Takes the bytes in any case: what is there already, such as what a start reads from disk, is never refused. */
  take(bytes: number): void {
    this.#bytes += bytes;
    this.#parent?.take(bytes);
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0) throw new Error('more was given back to an account than was taken from it');
    this.#parent?.giveBack(bytes);
  }
}
