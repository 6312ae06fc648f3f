import { StoreError } from '../port.ts';
import type { CellDatabase } from './database.ts';

export async function allocateProducerIds(
  database: CellDatabase,
  count: number,
): Promise<{ readonly first: number; readonly count: number }> {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`a block of ${count} producer ids`);
  const [row] = await database.read<{ next: number }>(
    'allocateProducerIds',
    'UPDATE cell SET next_producer_id = next_producer_id + $1 WHERE id = 1 RETURNING next_producer_id AS next',
    [count],
  );
  if (row === undefined) throw new StoreError('allocateProducerIds: the cell has no version row');
  return { first: row.next - count, count };
}
