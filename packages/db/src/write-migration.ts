import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withSchemaEngine } from './schema-engine.ts';

// For developers: writes the SQL from the schema.prisma last committed to the one on disk as a new
// migration, to be read and completed by hand before it is committed with it.
//   DATABASE_URL=postgres://… node src/write-migration.ts control 20260201000000_add_invoices
const [store, name] = process.argv.slice(2);
const url = process.env.DATABASE_URL;
if (!store || !name || !url) {
  throw new Error('usage: DATABASE_URL=… node src/write-migration.ts <control|cell> <number_and_name>');
}

const directory = fileURLToPath(new URL(`../../../prisma/${store}/`, import.meta.url));
const readCommitted = (): string | null => {
  try {
    return execFileSync('git', ['show', 'HEAD:./schema.prisma'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // Never committed: this is the first migration, from nothing.
    return null;
  }
};
const datamodel = (content: string) => ({
  tag: 'schemaDatamodel' as const,
  files: [{ path: 'schema.prisma', content }],
});

const committed = readCommitted();
const current = await readFile(`${directory}schema.prisma`, 'utf8');
// The engine insists on a connection, but both sides of the comparison are texts: nothing is changed there.
const { stdout } = await withSchemaEngine(url, 'public', [['schema.prisma', current]], (engine) =>
  engine.diff({
    from: committed === null ? { tag: 'empty' } : datamodel(committed),
    to: datamodel(current),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  }),
);
await mkdir(`${directory}migrations/${name}`, { recursive: true });
await writeFile(`${directory}migrations/${name}/migration.sql`, stdout ?? '');
console.log(`wrote ${directory}migrations/${name}/migration.sql`);
