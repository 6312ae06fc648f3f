import { openSync, writeSync } from 'node:fs';
import { tryCases } from './cases.ts';
import { allTargets } from './targets/all.ts';

// The process in which cases are tried: it may crash or hang. Arguments: the target, the seed, the first case, how
// many, and a file that holds the number of the case that is under way (a double, little-endian).

const [, , name, seed, from, count, file = ''] = process.argv;
const target = allTargets.find((each) => each.name === name);
if (target === undefined) throw new Error(`there is no target ${name}`);

const progress = openSync(file, 'r+');
const number = Buffer.alloc(8);
const onCase = (at: number) => {
  number.writeDoubleLE(at);
  writeSync(progress, number, 0, number.length, 0);
};

/** Bytes that are in use after a full collection, for which the process was started with --expose-gc. */
async function usedBytes(): Promise<number> {
  // What finalizers let go of, which run between turns, is collected the second time.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// What is compiled once, and kept, is compiled by these.
const warmUp = { seed: Number(seed) + 1, from: 0, count: target.cpuMsMax === null ? 0 : 500 };
await target.open?.();
try {
  await tryCases(target, warmUp, () => undefined);
  const before = await usedBytes();
  const range = { seed: Number(seed), from: Number(from), count: Number(count) };
  const problems = await tryCases(target, range, onCase);
  process.send?.({ problems, grownBytes: (await usedBytes()) - before });
} finally {
  await target.close?.();
}
process.disconnect?.();
