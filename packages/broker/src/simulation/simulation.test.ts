import { describe, expect, test } from 'vitest';
import { type Bug, bugs } from './faults.ts';
import { journalMechanisms, mechanisms } from './happened.ts';
import { simulate } from './simulate.ts';

/** Runs of one test; there are 200 in all. */
const seedsPerTest = 25;
const starts = Array.from({ length: 8 }, (_, index) => 1 + index * seedsPerTest);

describe('a broker that crashes at any moment, on a disk that forgets', () => {
  test.each(starts)(
    'keeps everything it has told anyone: 25 seeds from %i',
    async (start) => {
      let acknowledged = 0;
      for (let seed = start; seed < start + seedsPerTest; seed += 1) {
        acknowledged += (await simulate({ seed })).acknowledged;
      }
      // The runs are worth something only if the broker gets to work between its ends.
      expect(acknowledged).toBeGreaterThan(5_000);
    },
    120_000,
  );

  test('does the same again from the same seed', async () => {
    const record = async () => {
      const lines: string[] = [];
      const summary = await simulate({
        seed: 7,
        trace: (line) => lines.push(line.replace(/^ {4}at .*$/gm, '')),
      });
      return { summary, lines };
    };
    const first = await record();
    expect(await record()).toEqual(first);
    expect(first.summary.lives).toBeGreaterThan(1);
  }, 60_000);
});

test('runs go through all that happens inside of a broker in the long run, within a few of them', async () => {
  const happened = new Map<string, number>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const run = await simulate({ seed });
    for (const [mechanism, count] of Object.entries(run.happened))
      happened.set(mechanism, (happened.get(mechanism) ?? 0) + count);
  }
  for (const mechanism of [...mechanisms, ...journalMechanisms])
    expect([mechanism, (happened.get(mechanism) ?? 0) > 0]).toEqual([mechanism, true]);
}, 120_000);

describe('a bug planted under the broker is found', () => {
  test.each(bugs)(
    '%s',
    async (bug) => {
      expect(await seedThatFinds(bug)).not.toBeNull();
    },
    120_000,
  );
});

async function seedThatFinds(bug: Bug): Promise<number | null> {
  for (let seed = 1; seed <= 30; seed += 1) {
    try {
      await simulate({ seed, bug });
    } catch {
      return seed;
    }
  }
  return null;
}
