import pg from 'pg';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** The first value of an enumeration; null: it is none. */
  readonly label: string | null;
  /** In a unique index or a foreign key, or an id by its name: another value in each row. */
  readonly tells: boolean;
}

const columnsOf = `
  SELECT c.relname AS "table", a.attname AS name, t.typname AS type,
    (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder LIMIT 1) AS label,
    EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey::int2[]))
      OR EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND a.attnum = ANY (f.conkey))
      OR a.attname ~ '(^|_)id$'
      AS tells
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attgenerated = '' AND a.attidentity <> 'a'
  ORDER BY c.relname, a.attnum`;

/** What differs from row to row, by the type's name in Postgres. */
const anew: Readonly<Record<string, string>> = {
  text: 'md5(random()::text || g.nth)',
  varchar: 'md5(random()::text || g.nth)',
  uuid: 'gen_random_uuid()',
  bytea: "decode(md5(random()::text || g.nth), 'hex')",
  int4: 'g.nth + 1000000',
  int8: 'g.nth + 1000000',
  timestamp: "now()::timestamp - g.nth * interval '1 minute'",
  timestamptz: "now() - g.nth * interval '1 minute'",
};

/** Where no row tells what else is in such a column. */
const plain: Readonly<Record<string, string>> = {
  ...anew,
  bool: 'false',
  jsonb: "'{}'",
  numeric: '1',
  float8: '1',
  int8multirange: "'{}'",
};

/** Tables that are made of parts. */
const partitioned = `
  SELECT relname AS "table" FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'p'`;

/**
 * Gives every table of the schema so many rows more, like the first that is there, each about other things: what
 * points elsewhere points to nothing that is there. For tests of how look-ups are done; nothing may be read from it in
 * earnest. Resolves to the tables' names, with the schema.
 */
export async function crowdTables(url: string, schema: string, rows: number): Promise<ReadonlySet<string>> {
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    // Rows need not point to what is there.
    await client.query(`SET session_replication_role = 'replica'`);
    const { rows: parents } = await client.query<Pick<Column, 'table'>>(partitioned, [schema]);
    for (const { table } of parents)
      await client.query(`CREATE TABLE "${table}_crowd" PARTITION OF "${table}" DEFAULT`);
    const { rows: columns } = await client.query<Column>(columnsOf, [schema]);
    const tables = Map.groupBy(columns, (column) => column.table);
    for (const [table, ofTable] of tables) {
      const { rowCount } = await client.query(copies(table, ofTable), [rows]);
      if (rowCount === 0) await client.query(inventions(table, ofTable), [rows]);
    }
    await client.query('ANALYZE');
    return new Set([...tables.keys()].map((table) => `${schema}.${table}`));
  } finally {
    await client.end();
  }
}

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => `"${name}"`).join(', ');

/** After the model of a row. */
function copies(table: string, columns: readonly Column[]): string {
  const values = columns.map(({ name, type, tells }) => {
    const differs = tells ? anew[type] : undefined;
    return differs === undefined
      ? `m."${name}"`
      : `CASE WHEN m."${name}" IS NULL THEN NULL ELSE ${differs} END`;
  });
  return `INSERT INTO "${table}" (${namesOf(columns)}) SELECT ${values.join(', ')}
    FROM (SELECT * FROM "${table}" LIMIT 1) m, generate_series(1, $1::int) AS g(nth) ON CONFLICT DO NOTHING`;
}

/** Where there is none. */
function inventions(table: string, columns: readonly Column[]): string {
  const values = columns.map(({ name, type, label }) => {
    // An array's type has the name of what it is of, behind a line.
    const value = label !== null ? `'${label}'` : type.startsWith('_') ? "'{}'" : plain[type];
    if (value === undefined) throw new Error(`what is in ${table}.${name}, which is of type ${type}?`);
    return value;
  });
  return `INSERT INTO "${table}" (${namesOf(columns)}) SELECT ${values.join(', ')}
    FROM generate_series(1, $1::int) AS g(nth) ON CONFLICT DO NOTHING`;
}
