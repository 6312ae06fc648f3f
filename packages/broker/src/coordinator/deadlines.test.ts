import { createSeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { type Deadline, Deadlines, newDeadline } from './deadlines.ts';

test('deadlines come due in the order of their times, however they were moved', () => {
  const random = createSeededRandom(11);
  for (let round = 0; round < 50; round += 1) {
    const deadlines = new Deadlines<number>();
    const all: Deadline<number>[] = Array.from({ length: 40 }, (_, index) => newDeadline(index));
    for (let change = 0; change < 400; change += 1) {
      const deadline = random.pick(all);
      if (random.chance(0.2)) deadlines.cancel(deadline);
      else deadlines.set(deadline, random.integer(0, 1_000));
      const running = all.flatMap(({ at }) => (at === null ? [] : [at]));
      expect(deadlines.next()).toBe(running.length === 0 ? null : Math.min(...running));
      if (random.chance(0.1)) {
        const due = deadlines.takeDue(500);
        if (due !== null) expect(due.at).toBeNull();
      }
    }
    const expected = all.flatMap(({ at }) => (at === null ? [] : [at])).sort((a, b) => a - b);
    const taken: number[] = [];
    for (let next = deadlines.next(); next !== null; next = deadlines.next()) {
      expect(deadlines.takeDue(next - 1)).toBeNull();
      expect(deadlines.takeDue(next)).not.toBeNull();
      taken.push(next);
    }
    expect(taken).toEqual(expected);
  }
});
