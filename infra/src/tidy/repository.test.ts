import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../root.ts';
import * as laws from './laws.ts';
import { packageDirectories, readSourceFiles } from './source-files.ts';
import * as style from './style.ts';

const files = readSourceFiles();

const rules: Readonly<Record<string, laws.Rule>> = {
  'imports between packages follow the arrows': laws.followsArrows,
  'nothing in the broker looks back': laws.keepsBrokerOrder,
  'the engine sees the world through deps.ts': laws.keepsWorldBehindDeps,
  'pure packages do no I/O and read no clock': laws.staysPure,
  'only the rooms of the stores know their drivers': laws.keepsToItsStores,
  'Nest modules form a DAG': laws.keepsModulesAcyclic,
  'files fit on a wall': style.fitsOnAWall,
  'functions are short': style.keepsFunctionsShort,
  'files and folders have telling names': style.hasTellingName,
  'there is no barrel': style.isNoBarrel,
  'nothing is any': style.avoidsAny,
  'casts say why they are right': style.explainsCasts,
  'nothing is left open': style.leavesNothingOpen,
  'every test runs': style.runsEveryTest,
  'booleans are read exactly': style.readsBooleansExactly,
};

test('the repository is read', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(packageDirectories()).toContain('packages/metadata-store');
});

test.each(Object.entries(rules))('%s', (_, rule) => {
  const problems = files.flatMap((file) => rule(file).map((problem) => `${file.path}: ${problem}`));
  expect(problems).toEqual([]);
});

test('every package says in a README what it owns and what it does not', () => {
  const wrong = packageDirectories().filter((directory) => {
    const readme = join(root, directory, 'README.md');
    if (!existsSync(readme)) return true;
    const text = readFileSync(readme, 'utf8');
    return !/\bowns\b/i.test(text) || !/does not own/i.test(text);
  });
  expect(wrong).toEqual([]);
});

test('the linter refuses what this test cannot tell: any, non-null assertions, value imports of types', () => {
  // The file is JSON; only these parts of it matter here.
  const { linter } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as {
    linter: { rules: Record<string, Record<string, string>> };
  };
  expect(linter.rules.suspicious?.noExplicitAny).toBe('error');
  expect(linter.rules.style?.noNonNullAssertion).toBe('error');
  expect(linter.rules.style?.useImportType).toBe('error');
});
