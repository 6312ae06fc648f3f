import { describe, expect, test } from 'vitest';
import { cellMechanisms, journalMechanisms } from './happened.ts';
import { simulateCell } from './simulate-cell.ts';

/** Runs of one test; there are a hundred in all. */
const seedsPerTest = 25;
const starts = Array.from({ length: 4 }, (_, index) => 1 + index * seedsPerTest);

const mechanisms = [...cellMechanisms, ...journalMechanisms];

/** How often in all of them. */
const happened = new Map<string, number>();

describe('a cell of three brokers, any of which may end, be cut off or lose its disk', () => {
  test.each(starts)(
    'keeps everything it has told anyone, the same on all replicas: 25 seeds from %i',
    async (start) => {
      let acknowledged = 0;
      for (let seed = start; seed < start + seedsPerTest; seed += 1) {
        const summary = await simulateCell({ seed }, 3);
        acknowledged += summary.acknowledged;
        for (const mechanism of mechanisms)
          happened.set(mechanism, (happened.get(mechanism) ?? 0) + (summary.happened[mechanism] ?? 0));
      }
      // The runs are worth something only if the cell gets to work between its troubles.
      expect(acknowledged).toBeGreaterThan(7_500);
    },
    240_000,
  );

  test('each of its mechanisms, and each trouble, was met in the hundred', () => {
    for (const mechanism of mechanisms) expect(happened.get(mechanism), mechanism).toBeGreaterThan(10);
  });

  test('does the same again from the same seed, also with five brokers', async () => {
    const record = async () => {
      const lines: string[] = [];
      const trace = (line: string) => lines.push(line.replace(/^ {4}at .*$/gm, ''));
      const summary = await simulateCell({ seed: 7, trace }, 5);
      return { summary, lines };
    };
    const first = await record();
    expect(await record()).toEqual(first);
    expect(first.summary.lives).toBeGreaterThan(5);
  }, 120_000);
});
