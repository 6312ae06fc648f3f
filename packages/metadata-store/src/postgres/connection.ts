import { type Reached, reach } from '@weir/postgres/reach';
import pg from 'pg';

/** Bounds on everything that may wait, in milliseconds. */
export const connectMsMax = 5000;
const statementMsMax = 5000;
/** The client's own patience, for a server that is gone without a word. */
const queryMsMax = 7000;
/** A process that stalls inside a mutation holds up every writer of the cell; the server ends its session. */
const idleInTransactionMsMax = 10_000;

const INT8_OID = 20;

/** Every int8 in this schema is a version, a count or a time in milliseconds: far below 2^53. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`);
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID && format !== 'binary' ? parseInt8 : pg.types.getTypeParser(oid, format),
};

/** Throws RangeError for what is no plain name: it becomes part of a search path and a channel. */
function checkSchema(schema: string): void {
  if (!/^[a-z_][a-z0-9_]{0,49}$/.test(schema)) throw new RangeError(`not a name for a schema: ${schema}`);
}

/** How every connection of this store is made, and by which client. Unqualified names mean the cell's schema. */
export function connectionOf(url: string, schema: string): pg.ClientConfig & Reached {
  checkSchema(schema);
  return {
    ...reach(url),
    options: `-c search_path=${schema}`,
    application_name: 'weir-metadata-store',
    connectionTimeoutMillis: connectMsMax,
    statement_timeout: statementMsMax,
    query_timeout: queryMsMax,
    idle_in_transaction_session_timeout: idleInTransactionMsMax,
    keepAlive: true,
    types,
  };
}

/** Postgres channels are shared by a database; the schema keeps cells apart. */
export function channelOf(schema: string): string {
  return `weir_cell_${schema}`;
}
