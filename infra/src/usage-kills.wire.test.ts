import { describe, expect, test } from 'vitest';
import { playUsageKills } from '../chaos/usage-kills.ts';
import { hasProgram } from './setup/debian-packages.ts';

// `npm run chaos:usage` does the same for longer.

const canRun = hasProgram('kcat');
if (!canRun) console.log('skipped: usage under kills, since kcat is not installed');

describe.skipIf(!canRun)('usage under kills', () => {
  test('the ledger has what lies in the logs, to the byte and once, though brokers, worker, Redis and Postgres are killed', async () => {
    const said: string[] = [];
    const played = await playUsageKills({ seed: 7, ms: 11_000, say: (line) => void said.push(line) });
    expect(played.kills, said.join('\n')).toBeGreaterThanOrEqual(6);
    expect(played.verified, said.join('\n')).toEqual([true, true]);
    expect(played.lines.filter((line) => line.includes('equal: '))).toHaveLength(4);
    expect(played.acknowledged).toBeGreaterThan(500);
    // A producer that asks again after a kill may have written twice; what it wrote is counted, each time once.
    expect(played.counted).toBeGreaterThanOrEqual(played.acknowledged);
  }, 240_000);
});
