import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const digits = 12;

/**
 * Which program lies in a directory of built files (`dist`), as `0.1.0+3fa9c1d02b7e`: the package's version, and the first
 * digits of SHA-256 over names and contents of its scripts. It is another one exactly where the program is. Null: there
 * is none. Throws what reading throws.
 */
export function programVersion(directory: string): string | null {
  const names = readdirSync(directory).filter((name) => name.endsWith('.js'));
  if (names.length === 0) return null;
  const hash = createHash('sha256');
  for (const name of names.toSorted()) {
    const content = readFileSync(join(directory, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  const manifest = z.object({ version: z.string() });
  const { version } = manifest.parse(JSON.parse(readFileSync(join(directory, '..', 'package.json'), 'utf8')));
  return `${version}+${hash.digest('hex').slice(0, digits)}`;
}
