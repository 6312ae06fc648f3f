import pg from 'pg';

/** How a database begins that several files make alike: the first makes it, the others get copies of it. */
export interface Model {
  readonly name: string;
  /** Fills an empty database, and leaves no connection to it. */
  prepare(url: string): Promise<unknown>;
}

export function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Its name. Of one run alone, which has its own prefix: what it is made of may be other code in the next. */
export async function modelDatabase(
  serverUrl: string,
  prefix: string,
  { name, prepare }: Model,
): Promise<string> {
  const model = `${prefix}${name}`;
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // One process makes it; the others, and those who copy it meanwhile, wait.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [model]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [model]);
    if (rowCount === 1) return model;
    const unfinished = `${model}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished} TEMPLATE template0`);
    await prepare(urlOf(serverUrl, unfinished));
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${model}`);
    return model;
  } finally {
    // The lock goes with the connection.
    await client.end();
  }
}

/** What the databases of a run are copied from is of no use after it. */
export async function dropModels(serverUrl: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
