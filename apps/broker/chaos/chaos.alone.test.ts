import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runChaos } from './campaign.ts';
import { reportLines } from './report.ts';

test('half a minute of faults: nothing that was acknowledged is lost, doubled, out of order or taken back', async () => {
  const lines: string[] = [];
  const result = await runChaos({
    minutes: 0.5,
    seed: 4,
    only: [
      'kill-one',
      'freeze-long',
      'split',
      'set-disk-back',
      'lose-disk',
      'kill-store',
      'move-and-kill',
      'kill-all',
    ],
    dir: tmpdir(),
    program: join(import.meta.dirname, '../src/main.ts'),
    signal: new AbortController().signal,
    say: (line) => lines.push(line),
  });
  lines.push(...reportLines(result, 'this test'));
  expect(result.history.violations, lines.join('\n')).toEqual([]);
  expect(result.history.counts.acknowledged).toBeGreaterThan(500);
  expect(result.applied.size).toBeGreaterThan(2);
}, 240_000);
