import { expect, test } from 'vitest';
import { allTargets } from './targets/all.ts';
import { watch } from './watch.ts';

// Some thousand of the cases of `npm run fuzz`.

test.each(allTargets.map((target) => [target.name, target.cpuMsMax === null ? 400 : 5_000] as const))(
  'nothing crashes, hangs, grows or tells what is another’s: %s',
  async (name, count) => {
    expect(await watch(name, { seed: 1, from: 0, count })).toEqual([]);
  },
);
