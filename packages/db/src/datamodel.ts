import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A `*.prisma` file as the schema engine takes it. */
export interface DatamodelFile {
  readonly path: string;
  readonly content: string;
}

/** Where the schema and the migrations of a store are (`control` or `cell`), with a slash at its end. */
export const schemaDirectory = (store: string): string =>
  fileURLToPath(new URL(`../../../prisma/${store}/`, import.meta.url));

/** All `*.prisma` files of a store, sorted by name: together they are its datamodel. */
export const readDatamodel = async (store: string): Promise<readonly DatamodelFile[]> => {
  const directory = schemaDirectory(store);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.prisma')).toSorted();
  return Promise.all(
    names.map(async (name) => ({ path: name, content: await readFile(`${directory}${name}`, 'utf8') })),
  );
};

/** The files as `withSchemaEngine` opens an engine on them. */
export const toEnginePairs = (files: readonly DatamodelFile[]): [string, string][] =>
  files.map(({ path, content }) => [path, content]);

/** The files as one side of the engine's comparison. */
export const toDatamodel = (files: readonly DatamodelFile[]) => ({
  tag: 'schemaDatamodel' as const,
  files: [...files],
});
