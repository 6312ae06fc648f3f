import { connect } from 'node:net';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { createTestDatabase } from './test-database.ts';

test('gives each caller an empty PostgreSQL 18 database of its own, and removes it', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  expect(one.url).not.toBe(other.url);
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  const { rows } = await client.query('SELECT current_setting($1)::int / 10000 AS major', [
    'server_version_num',
  ]);
  expect(rows).toEqual([{ major: 18 }]);
  await client.end();
  await Promise.all([one.drop(), other.drop()]);
  await expect(new pg.Client({ connectionString: one.url }).connect()).rejects.toThrow('does not exist');
});

test('a model is made once for all who ask for it, and each has a copy of its own', async () => {
  let made = 0;
  const model = {
    name: 'of_this_test',
    prepare: async (url: string) => {
      made += 1;
      await ask(url, 'CREATE TABLE counted (nth int)');
    },
  };
  const [one, other] = await Promise.all([createTestDatabase(model), createTestDatabase(model)]);
  await ask(one.url, 'INSERT INTO counted VALUES (1)');
  const found = [
    await ask(one.url, 'SELECT nth FROM counted'),
    await ask(other.url, 'SELECT nth FROM counted'),
  ];
  expect([made, ...found]).toEqual([1, [{ nth: 1 }], []]);
  await Promise.all([one.drop(), other.drop()]);
});

async function ask(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

test('gives a Redis that answers', async () => {
  const { hostname, port } = new URL(inject('redisUrl'));
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('CONFIG GET maxmemory-policy\r\n'));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
  expect(answer).toContain('noeviction');
});
