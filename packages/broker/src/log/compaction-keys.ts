import { hash } from 'node:crypto';

/** Of a slot: 16 bytes of the key's hash, and 8 of one more than its newest offset; 0: nothing is in it. */
const slotWords = 6;
const slotNumbers = 3;
/** Slots of a hundred that are used at most: beyond it a look-up takes long. */
const fullShare = 0.75;
const hashWords = 4;

/** Memory for a table that holds so many keys, within bounds. A power of two slots, and one in front that counts them. */
export function keyTableBytes(keys: number, slotsMax: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(keys / fullShare, 1_024)));
  return (Math.min(wanted, slotsMax) + 1) * slotNumbers * 8;
}

/**
 * The newest offset of each key, by the first half of the key's SHA-256: it takes the same room whatever keys there are,
 * and lies in memory that a worker thread shares. Two keys with one hash would be one key; of that nobody has an example.
 */
export class CompactionKeys {
  readonly #words: Uint32Array;
  readonly #numbers: Float64Array;
  readonly #mask: number;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Uint32Array(memory);
    this.#numbers = new Float64Array(memory);
    this.#mask = this.#numbers.length / slotNumbers - 2;
  }

  get count(): number {
    return this.#numbers[0] ?? 0;
  }

  get countMax(): number {
    return Math.floor((this.#mask + 1) * fullShare);
  }

  /** Later calls bring later offsets. The caller has seen to it that there is room. */
  put(key: Buffer, offset: number): void {
    const digest = hash('sha256', key, 'buffer');
    const slot = this.#slotOf(digest);
    const numberAt = slot * slotNumbers + 2;
    if (this.#numbers[numberAt] === 0) {
      for (let word = 0; word < hashWords; word += 1) {
        this.#words[slot * slotWords + word] = digest.readUInt32LE(word * 4);
      }
      this.#numbers[0] = this.count + 1;
    }
    this.#numbers[numberAt] = offset + 1;
  }

  /** −1: the key is not in it. */
  newest(key: Buffer): number {
    const slot = this.#slotOf(hash('sha256', key, 'buffer'));
    return (this.#numbers[slot * slotNumbers + 2] ?? 0) - 1;
  }

  /** Where the key is, or would be. */
  #slotOf(digest: Buffer): number {
    for (let probe = digest.readUInt32LE(16) & this.#mask; ; probe = (probe + 1) & this.#mask) {
      const slot = probe + 1;
      if (this.#numbers[slot * slotNumbers + 2] === 0 || this.#isAt(slot, digest)) return slot;
    }
  }

  #isAt(slot: number, digest: Buffer): boolean {
    for (let word = 0; word < hashWords; word += 1) {
      if (this.#words[slot * slotWords + word] !== digest.readUInt32LE(word * 4)) return false;
    }
    return true;
  }
}
