import { controlModel } from '@weir/db/testing/control-model';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CellRows } from './cell-rows.ts';

let database: TestDatabase;
let rows: CellRows;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  rows = new CellRows(database.url);
  client = new pg.Client({ connectionString: database.url, options: '-c search_path=control' });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await rows.close();
  await database.drop();
});

const states = async () => {
  const { rows: found } = await client.query<{ id: string; state: string }>(
    'SELECT id, state FROM cells ORDER BY created_at, id',
  );
  return found.map(({ state }) => state);
};

test('there are as many shared cells as are wanted, made once however often that is asked; who is too many takes no more clusters', async () => {
  expect(await rows.read()).toEqual([]);
  await Promise.all([rows.wantShared(2), rows.wantShared(2)]);
  expect(await states()).toEqual(['OPEN', 'OPEN', 'OPEN']);
  const made = await rows.read();
  expect(made.map(({ brokersWanted, hasStore }) => ({ brokersWanted, hasStore }))).toEqual([
    { brokersWanted: 1, hasStore: false },
    { brokersWanted: 1, hasStore: false },
  ]);
  await rows.wantShared(1);
  expect(await states()).toEqual(['OPEN', 'OPEN', 'DRAINING']);
  await rows.wantShared(0);
  expect(await states()).toEqual(['OPEN', 'DRAINING', 'DRAINING']);
  await rows.wantShared(2);
  expect(await states()).toEqual(['OPEN', 'OPEN', 'OPEN']);
});

test('a port is one broker’s, the first that a broker has it keeps, and a row goes only when it is to', async () => {
  const [cell] = await rows.read();
  const add = async (wanted: string) => {
    const { rows: added } = await client.query<{ id: number }>(
      `INSERT INTO cell_brokers (cell_id, rack, wanted, generation, updated_at) VALUES ($1, 1, $2, 1, now())
       RETURNING broker_id AS id`,
      [cell?.cellId, wanted],
    );
    return added[0]?.id ?? 0;
  };
  const [first, second] = [await add('RUN'), await add('GONE')];
  // Below these are the ids of brokers that the launcher runs by its settings.
  expect([first, second]).toEqual([1001, 1002]);
  expect(await rows.takePort(first, 20_000)).toBe(true);
  expect(await rows.takePort(second, 20_000)).toBe(false);
  await rows.takePort(first, 20_001);
  await rows.tell(first, 1, null);
  for (const brokerId of [first, second]) await rows.removeBroker(brokerId);
  const brokers = (await rows.read()).flatMap((each) => each.brokers);
  expect(brokers).toMatchObject([{ brokerId: first, port: 20_000, runningGeneration: 1, problem: null }]);
});
