import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptsConnections, answersHttp } from './processes/node-service.ts';
import { hasInEnvironment, isSame } from './processes/proc.ts';
import { everyProcess, Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// The real launcher with the real programs, on a data directory and ports of its own.

let weir: Installation;
beforeAll(async () => {
  weir = await Installation.make();
});
afterAll(() => weir.remove());

test('runs everything, keeps it running, and leaves nothing behind', async () => {
  const first = weir.launch();
  const ready = await first.line('weir ready');
  expect(first.lines.at(-1)).toBe(ready);
  for (const port of Object.values(weir.ports)) expect(ready).toContain(`localhost:${port}`);
  expect(await answersHttp(weir.ports.api, '/readyz')).toBe(true);
  expect(await acceptsConnections(weir.ports.broker)).toBe(true);
  const secret = readFileSync(join(weir.directory, 'secrets', 'auth-secret'), 'utf8').trim();
  const knowing = weir.recorded().filter(({ pid }) => hasInEnvironment(pid, 'WEIR_AUTH_SECRET', secret));
  expect(knowing.map(({ name }) => name).toSorted()).toEqual(['api', 'worker']);

  const again = first.line('broker runs again');
  await weir.kill(['broker']);
  await again;
  expect(first.lines).toContain('! broker ended (SIGKILL); starting it again in 0.25 s');
  expect(await acceptsConnections(weir.ports.broker)).toBe(true);

  const second = weir.launch();
  expect(await second.ended).toBe(1);
  expect(second.lines.join()).toContain(
    `Weir already runs on ${weir.directory} (process ${first.child.pid})`,
  );

  const running = weir.recorded();
  const started = performance.now();
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(first.lines.at(-1)).toBe('stopped');
  expect(running.filter(isSame)).toEqual([]);
  expect(weir.marked()).toEqual([]);
});

test('starts after a hard end: ends what is left, and finds its data again; stops whole though nobody listens', async () => {
  const first = weir.launch();
  await first.line('weir ready');
  const tenant = await Tenant.signUp(weir);
  await weir.kill(['launcher']);
  const left = weir.recorded().filter(isSame);
  expect(left.map((each) => each.name).toSorted()).toEqual(everyProcess);

  const second = weir.launch();
  const started = performance.now();
  await second.line('weir ready');
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(second.lines.some((line) => line.includes('ending 6 left processes'))).toBe(true);
  expect(left.filter(isSame)).toEqual([]);
  await tenant.signIn();
  // As where the terminal is closed: nobody hears that it stops.
  second.child.stdout?.destroy();
  second.child.stderr?.destroy();
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(weir.marked()).toEqual([]);
});

test.each([
  [
    'a taken port',
    (port: number) => ({ WEIR_API_PORT: String(port) }),
    /Port \d+ is taken by process \d+ .*WEIR_API_PORT/,
  ],
  ['a bad value', () => ({ WEIR_BROKER_PORT: '99999' }), /WEIR_BROKER_PORT is "99999" and is not valid/],
  [
    'a database that is away',
    () => ({ DATABASE_URL: 'postgres://me:hidden@127.0.0.1:1/weir' }),
    /DATABASE_URL: Postgres at 127\.0\.0\.1:1 cannot be used/,
  ],
])('says what is wrong and starts nothing: %s', async (_, env, message) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const launched = weir.launch(env(typeof address === 'object' && address !== null ? address.port : 0));
  expect(await launched.ended).toBe(1);
  expect(launched.lines.join('\n')).toMatch(message);
  expect(launched.lines.join('\n')).not.toMatch(/hidden|\bat .*:\d+:\d+\)/);
  expect(weir.marked()).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
});
