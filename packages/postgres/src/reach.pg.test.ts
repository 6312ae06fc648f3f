import { ReplicatedPostgres } from '@weir/testing/replicated-postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reach } from './reach.ts';

// A real primary with a synchronous standby.

let servers: ReplicatedPostgres;
let pool: pg.Pool;

beforeAll(async () => {
  servers = await ReplicatedPostgres.start();
  pool = new pg.Pool({ ...reach(servers.url), max: 4, statement_timeout: 700, query_timeout: 2_000 });
  pool.on('error', () => undefined);
  await pool.query('CREATE TABLE facts (fact int PRIMARY KEY)');
}, 60_000);
afterAll(async () => {
  await pool.end();
  await servers.stop();
});

const insert = (fact: number) => pool.query('INSERT INTO facts VALUES ($1)', [fact]);

test('connections go to the server that takes writes, wherever it stands in the URL', async () => {
  await insert(-1);
  const { rows } = await pool.query<{ port: number }>('SELECT inet_server_port() AS port');
  expect(rows).toEqual([{ port: Number(new URL(servers.primary.url).port) }]);
});

test('what no standby has is not taken for committed', async () => {
  servers.freezeStandby();
  await expect(insert(-2)).rejects.toThrow('timeout');
  servers.thawStandby();
  await insert(-3);
});

test('when the primary dies under load the pool finds the one that was promoted, which has all that was committed', async () => {
  const committed: number[] = [];
  let next = 0;
  let isOver = false;
  const write = async () => {
    while (!isOver) {
      next += 1;
      const fact = next;
      await insert(fact).then(
        () => void committed.push(fact),
        () => new Promise((resolve) => setTimeout(resolve, 20)),
      );
    }
  };
  const writers = [1, 2, 3].map(write);
  const until = async (count: number) => {
    while (committed.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until(200);
  servers.killPrimary();
  const before = committed.length;
  await servers.promoteStandby();
  await until(before + 200);
  isOver = true;
  await Promise.all(writers);
  const { rows } = await pool.query<{ fact: number }>('SELECT fact FROM facts WHERE fact > 0');
  const there = new Set(rows.map(({ fact }) => fact));
  expect(committed.filter((fact) => !there.has(fact))).toEqual([]);
}, 60_000);
