/** Random numbers that one seed fixes, so that a failing test runs again exactly as it did. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** `items` in another order; the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[];
  bytes(length: number): Buffer;
  /** A generator with a sequence of its own: draws from it do not shift draws from this one. */
  fork(): SeededRandom;
}

/** Spreads a seed over 128 bits of state: splitmix32, as the authors of xoshiro advise. */
function splitMix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** xoshiro128** by Blackman and Vigna (https://prng.di.unimi.it): not for secrets. */
export function createSeededRandom(seed: number): SeededRandom {
  const mix = splitMix(seed);
  let [a, b, c, d] = [mix(), mix(), mix(), mix()];
  const next32 = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const next = () => next32() / 2 ** 32;
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new RangeError('there is nothing to pick from');
    return items[integer(0, items.length - 1)] as T; // The index lies inside a non-empty array.
  };
  const shuffle = <T>(items: readonly T[]): T[] => {
    const rest = [...items];
    const shuffled: T[] = [];
    while (rest.length > 0) shuffled.push(...rest.splice(integer(0, rest.length - 1), 1));
    return shuffled;
  };
  const bytes = (length: number) => {
    const buffer = Buffer.alloc(length);
    for (let at = 0; at < length; at++) buffer[at] = next32() & 0xff;
    return buffer;
  };
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick,
    shuffle,
    bytes,
    fork: () => createSeededRandom(next32()),
  };
}
