import type { TriedMutants } from './command-line.ts';
import { tryMutant } from './mutants/try-mutant.ts';
import { mutants } from './mutants.ts';

/** Has the simulation look for each mutant; false where it does not find one. */
export async function tryMutants({ name, from, count, brokers }: TriedMutants): Promise<boolean> {
  const tried = mutants.filter((mutant) => name === null || mutant.name === name);
  let found = 0;
  for (const mutant of tried) {
    const verdict = await tryMutant({ name: mutant.name, brokers, from, count, isTraced: false });
    if (verdict.kind === 'found') {
      found += 1;
      console.log(`${mutant.name}: found\n  ${verdict.violation}`);
      continue;
    }
    console.log(`${mutant.name}: missed in ${count} seeds\n  ${mutant.what}`);
  }
  console.log(`${found} found, ${tried.length - found} missed`);
  return found === tried.length;
}

/** One run with the mutant, with all that happened. */
export async function replayMutant(name: string, seed: number, brokers: number): Promise<boolean> {
  const order = { name, brokers, from: seed, count: 1, isTraced: true };
  const verdict = await tryMutant(order, (line) => console.log(line));
  console.log(verdict.kind === 'found' ? verdict.violation : `seed ${seed} does not find ${name}`);
  return verdict.kind === 'found';
}
