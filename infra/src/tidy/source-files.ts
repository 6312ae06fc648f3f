import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../root.ts';

/** One file of the project, by its path from the root with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const notOurs = new Set(['node_modules', 'dist', 'generated', '.git', '.next', '.turbo', '.weir', '.cache']);
const rooms = ['apps', 'packages', 'infra', 'e2e'];
const isSource = (name: string) => /\.(ts|tsx|mts|mjs|js|css)$/.test(name) && !name.endsWith('.d.ts');

function* walk(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (notOurs.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

function allPaths(): readonly string[] {
  const existing = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && rooms.includes(entry.name))
    .map((entry) => entry.name);
  return existing.flatMap((room) => [...walk(join(root, room))]).map((path) => relative(root, path));
}

/** Every source file that people write. */
export function readSourceFiles(): readonly SourceFile[] {
  return allPaths()
    .filter((path) => isSource(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Every directory that is a package, from the root. */
export function packageDirectories(): readonly string[] {
  return allPaths()
    .filter((path) => /^((apps|packages)\/[^/]+|infra|e2e)\/package\.json$/.test(path))
    .map((path) => path.slice(0, -'/package.json'.length));
}

export const isTest = (path: string) =>
  /\.(test|spec)\.tsx?$/.test(path) ||
  /\/(conformance|bench|compare\/|clients\/|fuzz\/|abuse\/|chaos\/|simulation\/|testing\/)|-for-tests\.ts$/.test(
    path,
  );

/** The package a path lies in: `packages/broker`, `apps/api`, `infra`. */
export function packageOf(path: string): string {
  const [room = '', name = ''] = path.split('/');
  return room === 'apps' || room === 'packages' ? `${room}/${name}` : room;
}
