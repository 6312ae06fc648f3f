import { ReplicatedPostgres } from '@weir/testing/replicated-postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlDb, isUnavailable, migrateControl, openControl } from './control.ts';

let servers: ReplicatedPostgres;
let db: ControlDb;

beforeAll(async () => {
  servers = await ReplicatedPostgres.start();
  await migrateControl(servers.url);
  db = openControl({ url: servers.url });
}, 60_000);
afterAll(async () => {
  await db.$disconnect();
  await servers.stop();
});

const at = new Date(0);
const write = (id: string) =>
  db.mail.create({
    data: { id, recipient: 'a@b.c', kind: 'k', params: {}, dueAt: at, expiresAt: at },
    select: { id: true },
  });

it('goes on with the server that was promoted, and has every row that was written', async () => {
  await write('before');
  servers.killPrimary();
  // A connection that breaks, one that nobody takes, and then a look at all servers of which none takes writes.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const away = await write('while').catch((cause: unknown) => cause);
    expect(isUnavailable(away), String(away)).toBe(true);
  }
  await servers.promoteStandby();
  while (!(await write('after').catch(() => null))) await new Promise((resolve) => setTimeout(resolve, 50));
  const rows = await db.mail.findMany({ select: { id: true }, orderBy: { createdAt: 'asc' } });
  expect(rows.map(({ id }) => id)).toEqual(['before', 'after']);
}, 60_000);
