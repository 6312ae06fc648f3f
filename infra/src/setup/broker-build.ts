import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.ts';
import { runTurbo } from './build.ts';

const sources = ['apps/broker', ...['broker', 'contracts', 'credentials', 'kafka-protocol'].map(inPackages)];
const moreSources = ['metadata-store', 'runtime'].map(inPackages);

function inPackages(name: string): string {
  return `packages/${name}`;
}

function newestChangeMs(directory: string): number {
  let newest = statSync(directory).mtimeMs;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestChangeMs(path) : statSync(path).mtimeMs);
  }
  return newest;
}

/**
 * Makes the broker's bundle if a source is newer. A look at the files takes milliseconds where the build
 * tool takes most of a second, and a standalone broker is started often.
 */
export async function provideBrokerBundle(script: string): Promise<string> {
  const bundle = join(root, 'apps', 'broker', 'dist', script);
  const newest = Math.max(
    ...[...sources, ...moreSources].map((name) => newestChangeMs(join(root, name, 'src'))),
  );
  if (!existsSync(bundle) || statSync(bundle).mtimeMs < newest)
    await runTurbo('build', { only: ['@weir/broker-app'] });
  return bundle;
}
