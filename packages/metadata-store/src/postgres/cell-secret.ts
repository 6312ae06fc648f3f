import { StoreError } from '../port.ts';
import type { RandomBytes } from '../topic-id.ts';
import type { CellDatabase } from './database.ts';

const secretBytes = 32;

export async function cellSecret(database: CellDatabase, randomBytes: RandomBytes): Promise<Buffer> {
  const [made] = await database.read<{ secret: Buffer | null }>(
    'cellSecret',
    'SELECT secret FROM cell WHERE id = 1',
  );
  if (made !== undefined && made.secret !== null) return made.secret;
  // Whoever comes second waits for the row, and finds the first one's secret in it.
  const [row] = await database.read<{ secret: Buffer }>(
    'cellSecret',
    'UPDATE cell SET secret = coalesce(secret, $1) WHERE id = 1 RETURNING secret',
    [Buffer.from(randomBytes(secretBytes))],
  );
  if (row === undefined) throw new StoreError('cellSecret: the cell has no version row');
  return row.secret;
}
