import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { programVersion } from './program-version.ts';

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

const program = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'weir-program-'));
  made.push(root);
  writeFileSync(join(root, 'package.json'), '{"name":"x","version":"1.2.3"}');
  const dist = join(root, 'dist');
  mkdirSync(dist);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dist, name), text);
  return dist;
};

test('the same scripts have the same version wherever they lie, whatever lies beside them', () => {
  const version = programVersion(program({ 'main.js': 'a', 'chunk.js': 'b' }));
  expect(version).toMatch(/^1\.2\.3\+[0-9a-f]{12}$/);
  expect(programVersion(program({ 'chunk.js': 'b', 'main.js': 'a', 'main.js.map': 'm' }))).toBe(version);
});

test('any change of a script, or of where its bytes are, is another version', () => {
  const all = [
    { 'main.js': 'a', 'chunk.js': 'b' },
    { 'main.js': 'a', 'chunk.js': 'c' },
    { 'main.js': 'ab', 'chunk.js': '' },
    { 'main.js': 'a', 'other.js': 'b' },
  ].map((files) => programVersion(program(files)));
  expect(new Set(all).size).toBe(all.length);
});

test('a directory without scripts holds no program', () => {
  expect(programVersion(program({ 'main.ts': 'a' }))).toBeNull();
});
