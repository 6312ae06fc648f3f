import { createSeededRandom } from '@weir/testing/seeded-random';
import { describe, expect, test } from 'vitest';
import { evenShare, fairShare, grantedShare, type Holding, shareFloor } from './limit-rules.ts';

const unlimited = Number.MAX_SAFE_INTEGER;

/** What each would get of the limit, by what each wants. */
const sharesOf = (limit: number, wants: readonly number[]) =>
  wants.map((own, index) =>
    fairShare(
      limit,
      own,
      wants.filter((_, other) => other !== index),
    ),
  );

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

describe('what is due', () => {
  test.each([
    ['all want everything', [1_000, 1_000, 1_000], [333, 333, 333]],
    ['nobody wants anything', [0, 0, 0], [333, 333, 333]],
    ['one wants everything', [1_000, 0, 0], [968, 16, 16]],
    ['one wants everything, and another little', [1_000, 100, 0], [884, 100, 16]],
    ['two want everything', [1_000, 1_000, 0], [492, 492, 16]],
    ['there is enough for all: what is left is room for each', [600, 100, 0], [694, 194, 110]],
  ])('%s', (_, wants, shares) => {
    expect(sharesOf(1_000, wants)).toEqual(shares);
  });

  test('is never more than the limit for all together, and never less than the floor for anyone', () => {
    const random = createSeededRandom(1);
    for (let round = 0; round < 5_000; round += 1) {
      const limit = random.pick([0, 1, 2, 7, 100, 15_000, 262_144_000, 5_000 * 2 ** 30]);
      const count = random.integer(1, 9);
      const wants = Array.from({ length: count }, () =>
        random.pick([0, random.integer(0, 20), Math.floor(random.next() * limit), limit, unlimited]),
      );
      const shares = sharesOf(limit, wants);
      expect(sum(shares)).toBeLessThanOrEqual(limit);
      for (const share of shares) expect(share).toBeGreaterThanOrEqual(shareFloor(limit, count));
      for (const [index, share] of shares.entries())
        expect(share).toBeGreaterThanOrEqual(Math.min(wants[index] ?? 0, evenShare(limit, count)));
    }
  });

  test('of a limit that is none is all of it, for everybody', () => {
    expect(sharesOf(unlimited, [5, unlimited, 0])).toEqual([unlimited, unlimited, unlimited]);
  });
});

/** Brokers that tell in any order what they want, each holding what it was granted last. */
class Brokers {
  limit: number;
  readonly held: (Holding | null)[];

  constructor(limit: number, count: number) {
    this.limit = limit;
    this.held = Array.from({ length: count }, () => null);
  }

  tell(index: number, wanted: number, inUse = 0): number {
    const brokers = this.held.length;
    const others = this.held.filter((holding, other) => other !== index && holding !== null);
    const before = this.held[index]?.share ?? null;
    const use = { wanted, inUse };
    const share = grantedShare(use, before, { limit: this.limit, brokers, others: others as Holding[] });
    this.held[index] = { ...use, share };
    return share;
  }

  get shares(): number[] {
    return this.held.map((holding) => holding?.share ?? evenShare(this.limit, this.held.length));
  }
}

describe('what is granted', () => {
  test('is never more than the limit for all together, whatever is wanted and in whatever order they ask', () => {
    const random = createSeededRandom(2);
    for (let round = 0; round < 300; round += 1) {
      const limit = random.pick([1, 5, 1_000, 262_144_000]);
      const count = random.integer(2, 5);
      const brokers = new Brokers(limit, count);
      for (let step = 0; step < 60; step += 1) {
        const index = random.integer(0, count - 1);
        // Nobody has more in use than it was granted.
        const inUse = random.chance(0.5) ? Math.floor(random.next() * (brokers.shares[index] ?? 0)) : 0;
        brokers.tell(index, Math.floor(random.next() * 2 * limit), inUse);
        expect(sum(brokers.shares)).toBeLessThanOrEqual(limit);
      }
    }
  });

  test('one that has all the demand has nearly all of it after each has told twice, and the other way round', () => {
    const brokers = new Brokers(1_000, 3);
    const settle = (wants: readonly number[]) => {
      for (let round = 0; round < 2; round += 1)
        for (const [index, wanted] of wants.entries()) brokers.tell(index, wanted);
      return brokers.shares;
    };
    expect(settle([1_000, 0, 0])).toEqual([968, 16, 16]);
    expect(settle([0, 0, 1_000])).toEqual([16, 16, 968]);
    expect(settle([1_000, 0, 1_000])).toEqual([492, 16, 492]);
  });

  test('where nobody wants more than a half of it, all have an even share again', () => {
    const brokers = new Brokers(1_000, 3);
    for (const wants of [
      [1_000, 0, 0],
      [1_000, 0, 0],
      [20, 10, 0],
      [20, 10, 0],
    ])
      for (const [index, wanted] of wants.entries()) brokers.tell(index, wanted);
    expect(brokers.shares).toEqual([333, 333, 333]);
  });

  test('what is in use stays where it is: others get what is left, and the rest as it comes free', () => {
    const brokers = new Brokers(100, 2);
    brokers.tell(1, 0);
    expect(brokers.tell(0, 90)).toBe(50);
    brokers.tell(1, 0);
    expect(brokers.tell(0, 90, 80)).toBe(94);
    expect(brokers.tell(1, 60)).toBe(6);
    expect(brokers.tell(0, 90, 80)).toBe(80);
    expect(brokers.tell(1, 60)).toBe(20);
    expect(brokers.tell(0, 90, 30)).toBe(50);
    expect(brokers.tell(1, 60, 20)).toBe(50);
  });

  test('a limit that was lowered holds once each has told again, and one who joined counts from then on', () => {
    const brokers = new Brokers(1_000, 2);
    for (let round = 0; round < 3; round += 1) for (const index of [0, 1]) brokers.tell(index, 1_000);
    expect(brokers.shares).toEqual([500, 500]);
    brokers.limit = 400;
    for (const index of [0, 1]) brokers.tell(index, 1_000);
    expect(brokers.shares).toEqual([200, 200]);
    brokers.held.push(null);
    for (const index of [0, 1, 2]) brokers.tell(index, 1_000);
    expect(brokers.shares).toEqual([133, 133, 133]);
  });

  test('shares come to rest under steady demand, told in turns: no broker waits for good, and none swings', () => {
    const random = createSeededRandom(3);
    for (let round = 0; round < 100; round += 1) {
      const count = random.integer(2, 5);
      const limit = 100_000;
      const demands = Array.from({ length: count }, () => random.integer(0, limit));
      const brokers = new Brokers(limit, count);
      // As brokers do it: who is held up says that he wants all there is, who is not says what he uses and some more.
      const tell = (index: number) => {
        const demand = demands[index] ?? 0;
        brokers.tell(index, demand > (brokers.shares[index] ?? 0) ? limit : Math.ceil(demand * 1.25));
      };
      const everybody = [...demands.keys()];
      for (let turn = 0; turn < 8; turn += 1) everybody.forEach(tell);
      const rest = brokers.shares;
      for (const [index, share] of rest.entries())
        expect(share).toBeGreaterThanOrEqual(Math.min(demands[index] ?? 0, Math.floor(limit / count)));
      for (let turn = 0; turn < 8; turn += 1) {
        everybody.forEach(tell);
        for (const [index, share] of brokers.shares.entries())
          expect(Math.abs(share - (rest[index] ?? 0))).toBeLessThanOrEqual(limit / 10);
      }
    }
  });
});
