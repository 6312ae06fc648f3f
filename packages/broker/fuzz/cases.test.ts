import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Problem, tryCases } from './cases.ts';
import { damaged } from './damage.ts';
import type { Target } from './target.ts';
import { watch } from './watch.ts';

// What finds faults, held against planted ones.

const directory = mkdtempSync(join(tmpdir(), 'weir-fuzz-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const range = { seed: 1, from: 0, count: 50 };

const tried = (attempt: Target['attempt'], more: Partial<Target> = {}) =>
  tryCases({ name: 'planted', does: 'nothing', cpuMsMax: 100, attempt, ...more }, range, () => undefined);

/** The case in which the random number is one of the rarer ones. */
const isRare = (number: number) => number === 7;

test('finds what is told, what is thrown, and what takes long, by the number of its case', async () => {
  const numbers: number[] = [];
  await tried((random) => {
    numbers.push(random.below(25));
    return null;
  });
  const rare = numbers.findIndex(isRare);
  expect(rare).toBeGreaterThanOrEqual(0);
  const first = (problems: readonly Problem[]) => problems[0];
  const told = await tried((random) => (isRare(random.below(25)) ? 'wrong' : null));
  expect(first(told)).toEqual({ at: rare, what: 'wrong' });
  const thrown = await tried((random) => {
    if (isRare(random.below(25))) throw new TypeError('planted');
    return null;
  });
  expect(first(thrown)).toMatchObject({ at: rare, what: expect.stringContaining('planted') });
  const slow = await tried((random) => {
    const until = performance.now() + (isRare(random.below(25)) ? 3_000 : 0);
    while (performance.now() < until);
    return null;
  });
  expect(first(slow)).toMatchObject({ at: rare, what: expect.stringMatching(/^it computed for \d+ ms/) });
});

test('finds what shows only after some cases', async () => {
  const problems = await tried(() => null, { look: () => Promise.resolve('too much is kept') });
  expect(problems.at(-1)).toEqual({ at: 49, what: 'after this case or some before: too much is kept' });
});

test('the same case is the same bytes, and each case others', async () => {
  const drawn = async (from: number) => {
    const all: string[] = [];
    const attempt: Target['attempt'] = (random) => {
      all.push(damaged(Buffer.alloc(40, 1), random).toString('hex'));
      return null;
    };
    const target = { name: 'planted', does: 'nothing', cpuMsMax: 100, attempt };
    await tryCases(target, { seed: 3, from, count: 30 }, () => undefined);
    return all;
  };
  const [all, later] = [await drawn(0), await drawn(10)];
  expect(later.slice(0, 20)).toEqual(all.slice(10));
  expect(new Set(all).size).toBeGreaterThan(25);
});

test('a process that dies, or does not go on, is a problem of the case that was under way', async () => {
  const begins = `
    import { openSync, writeSync } from 'node:fs';
    const number = Buffer.alloc(8);
    number.writeDoubleLE(17);
    writeSync(openSync(process.argv[6], 'r+'), number, 0, 8, 0);
  `;
  const script = (name: string, then: string) => {
    const path = join(directory, `${name}.mjs`);
    writeFileSync(path, begins + then);
    return path;
  };
  const how = { hangMs: 2_000 };
  const dies = script('dies', `console.error('as planted'); process.exit(134);`);
  expect(await watch('messages', range, { ...how, worker: dies })).toEqual([
    { at: 17, what: expect.stringMatching(/ended with 134\s[\s\S]*as planted/) },
  ]);
  const hangs = script('hangs', 'for (;;);');
  expect(await watch('messages', range, { ...how, worker: hangs })).toEqual([
    { at: 17, what: expect.stringMatching(/^it hangs/) },
  ]);
  const grows = script('grows', 'process.send({ problems: [], grownBytes: 1e9 }); process.disconnect();');
  expect(await watch('messages', range, { ...how, worker: grows })).toEqual([
    { at: 49, what: expect.stringMatching(/^954 MiB more/) },
  ]);
});
