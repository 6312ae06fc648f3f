import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import {
  type DatamodelFile,
  readDatamodel,
  schemaDirectory,
  toDatamodel,
  toEnginePairs,
} from './datamodel.ts';
import { withSchemaEngine } from './schema-engine.ts';

// For developers: writes the SQL from the schema last committed to the one on disk as a new
// migration, to be read and completed by hand before it is committed with it.
//   DATABASE_URL=postgres://… node src/write-migration.ts control 20260201000000_add_invoices
const [store, name] = process.argv.slice(2);
const url = process.env.DATABASE_URL;
if (!store || !name || !url) {
  throw new Error('usage: DATABASE_URL=… node src/write-migration.ts <control|cell> <number_and_name>');
}

const directory = schemaDirectory(store);
const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** The files as they were last committed; none when this is the first migration. */
const readCommitted = (): readonly DatamodelFile[] =>
  git('ls-tree', '--name-only', 'HEAD', './')
    .split('\n')
    .filter((path) => path.endsWith('.prisma'))
    .map((path) => ({ path, content: git('show', `HEAD:./${path}`) }));

const committed = readCommitted();
const current = await readDatamodel(store);
// The engine insists on a connection, but both sides of the comparison are texts: nothing is changed there.
const { stdout } = await withSchemaEngine(url, 'public', toEnginePairs(current), (engine) =>
  engine.diff({
    from: committed.length === 0 ? { tag: 'empty' } : toDatamodel(committed),
    to: toDatamodel(current),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  }),
);
await mkdir(`${directory}migrations/${name}`, { recursive: true });
await writeFile(`${directory}migrations/${name}/migration.sql`, stdout ?? '');
console.log(`wrote ${directory}migrations/${name}/migration.sql`);
