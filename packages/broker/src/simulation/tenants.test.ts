import { expect, test } from 'vitest';
import { simulateTenants } from './simulate-tenants.ts';
import { tenantBugs } from './simulated-processor.ts';

test('a quiet tenant is answered in time beside a hostile one, and what that one held comes back: 8 seeds', async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const { answers, slowestMs } = await simulateTenants({ seed });
    // The run is worth something only if the quiet tenant was at work, and the other in its way.
    expect(answers).toBeGreaterThan(50);
    expect(slowestMs).toBeGreaterThan((await simulateTenants({ seed, isHostile: false })).slowestMs);
  }
}, 120_000);

test('the same seed gives the same run', async () => {
  expect(await simulateTenants({ seed: 3 })).toEqual(await simulateTenants({ seed: 3 }));
}, 60_000);

test.each(tenantBugs)(
  'a bug planted between engine and sockets is found: %s',
  async (bug) => {
    await expect(simulateTenants({ seed: 1, bug })).rejects.toThrow('seed 1');
  },
  60_000,
);
