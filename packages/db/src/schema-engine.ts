import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import { reach } from '@weir/postgres/reach';
import pg from 'pg';

/** What the engine's glue code exports beside its classes; the package's types leave it out. */
interface EngineGlue {
  readonly SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: WasmExports): void;
}

type WasmExports = Readonly<Record<string, unknown>>;

/** The part of the WebAssembly interface used here; its types otherwise come only with those of a browser. */
interface Wasm {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: WasmExports } }>;
}

let loaded: Promise<typeof SchemaEngine> | undefined;

/**
 * Prisma's own schema engine, in WebAssembly. It is put together here rather than by importing the package,
 * which would rely on Node's experimental import of `.wasm` files and print a warning at every start.
 */
const loadSchemaEngine = (): Promise<typeof SchemaEngine> => {
  loaded ??= instantiate();
  return loaded;
};

const instantiate = async (): Promise<typeof SchemaEngine> => {
  const glueUrl = import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  // The glue is generated code without complete types; its shape is checked by the tests that migrate.
  const glue = (await import(glueUrl)) as EngineGlue;
  const bytes = await readFile(fileURLToPath(new URL('schema_engine_bg.wasm', glueUrl)));
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm };
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== 'function') throw new Error('the schema engine has no entry point');
  start();
  return glue.SchemaEngine;
};

/** When the engine aborts, it takes the process with it; what it leaves here beforehand is the reason. */
const PRISMA_WASM_PANIC_REGISTRY = {
  set_message: (message: string) => console.error(`Prisma's schema engine gave up: ${message}`),
};
Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY });

/**
 * Runs something with an engine on one Postgres schema, and closes its connections afterwards. The names in
 * migrations are unqualified, so the search path decides.
 */
export const withSchemaEngine = async <T>(
  url: string,
  schema: string,
  datamodels: [string, string][],
  run: (engine: SchemaEngine) => Promise<T>,
): Promise<T> => {
  const Engine = await loadSchemaEngine();
  const pool = new pg.Pool({ ...reach(url), options: `-c search_path=${schema}`, max: 4 });
  try {
    const factory = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool, { schema }));
    const engine = await Engine.new({ datamodels }, () => undefined, factory);
    try {
      return await run(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
};

/**
 * Prisma's adapter cuts a script at every semicolon, also inside the body of a function, and runs the pieces
 * one by one. Postgres takes a script whole, and then all of it happens or nothing.
 */
class WholeScripts extends PrismaPg {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool, options: { schema: string }) {
    super(pool, options);
    this.pool = pool;
  }

  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      await this.pool.query(script);
    };
    return adapter;
  }
}
