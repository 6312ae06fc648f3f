import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBroker } from '../src/testing/broker-process.ts';
import { type Contestants, startContestants } from './contestants.ts';
import { compareAll, compareSeed, compareSequence, warmBoth } from './run.ts';
import { allSequences } from './sequences/all.ts';

// Apache Kafka beside this broker, where Java and Maven are present.

const seeds = Array.from({ length: 150 }, (_, at) => at + 1);

let contestants: Contestants | null = null;
beforeAll(async () => {
  buildBroker();
  contestants = await startContestants();
  if (contestants !== null) await warmBoth(contestants);
});
afterAll(() => contestants?.stop());

test.each([
  [
    'that are written by hand',
    (both: Contestants) => allSequences.map((one) => () => compareSequence(both, one)),
  ],
  ['that follow from seeds', (both: Contestants) => seeds.map((seed) => () => compareSeed(both, seed))],
])('sequences of requests %s are answered as Apache Kafka answers them', async (_, jobsOf) => {
  if (contestants === null) return;
  const results = await compareAll(jobsOf(contestants));
  const differing = results.filter(({ differences }) => differences.length > 0);
  expect(differing.map(({ name, differences }) => ({ name, differences }))).toEqual([]);
  expect(results.reduce((sum, { exchanges }) => sum + exchanges, 0)).toBeGreaterThan(5 * results.length);
});
