import { reach } from '@weir/postgres/reach';
import { schemaOfCell } from './cell-schema.ts';

const connectMsMax = 10_000;
const statementMsMax = 60_000;

/** Removes a cell's store with all that is in it; nothing happens where there is none. Throws what Postgres says. */
export const dropCell = async (url: string, cellId: string): Promise<void> => {
  const { connectionString, Client } = reach(url);
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: connectMsMax,
    query_timeout: statementMsMax,
  });
  client.on('error', () => undefined); // The statement under way rejects with it.
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS "${schemaOfCell(cellId)}" CASCADE`);
  } finally {
    await client.end();
  }
};
