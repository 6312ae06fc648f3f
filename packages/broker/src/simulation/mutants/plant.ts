import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mutant, planted } from './mutant.ts';

const root = join(import.meta.dirname, '../../../../..');

export const pathOf = (mutant: Mutant): string => join(root, mutant.file);

/** Whatever this process imports from now on has the bug; what it has imported before has not. */
export function plant(mutant: Mutant): void {
  const url = pathToFileURL(pathOf(mutant)).href;
  const source = planted(mutant, readFileSync(pathOf(mutant), 'utf8'));
  registerHooks({
    load: (asked, context, next) =>
      asked === url ? { format: 'module-typescript', source, shortCircuit: true } : next(asked, context),
  });
}
