import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planted } from './mutants/mutant.ts';
import { pathOf } from './mutants/plant.ts';
import { mutants } from './mutants.ts';

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'there is exactly one place for the mutant %s',
  (_, mutant) => {
    const source = readFileSync(pathOf(mutant), 'utf8');
    expect(planted(mutant, source)).not.toBe(source);
  },
);

test('no two mutants have the same name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});
