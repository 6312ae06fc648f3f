import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptsConnections, answersHttp } from './processes/node-service.ts';
import { findOrphans } from './processes/orphans.ts';
import { isSame, type ProcessIdentity } from './processes/proc.ts';
import { root } from './root.ts';

// The real launcher with the real programs, on a data directory and ports of its own.

interface Launched {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Resolves when a line holds the text; rejects when the launcher ends before. */
  line(text: string): Promise<string>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

let directory: string;
let ports: { console: number; api: number; broker: number };
const launched: Launched[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weir-start-'));
  ports = { console: await findFreePort(), api: await findFreePort(), broker: await findFreePort() };
});

afterAll(async () => {
  for (const { child, ended } of launched) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(directory, { recursive: true, force: true });
});

function launch(env: Readonly<Record<string, string>> = {}): Launched {
  const child = spawn(process.execPath, [join(root, 'infra', 'src', 'start.ts')], {
    cwd: root,
    env: {
      ...process.env,
      DATABASE_URL: '',
      REDIS_URL: '',
      WEIR_DATA_DIR: directory,
      WEIR_CONSOLE_PORT: String(ports.console),
      WEIR_API_PORT: String(ports.api),
      WEIR_BROKER_PORT: String(ports.broker),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting: { readonly text: string; readonly resolve: (line: string) => void }[] = [];
  const take = (chunk: Buffer) => {
    for (const line of chunk
      .toString()
      .split('\n')
      .filter((each) => each !== '')) {
      lines.push(line);
      for (const each of waiting) if (line.includes(each.text)) each.resolve(line);
    }
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = (text: string) =>
    new Promise<string>((resolve, reject) => {
      waiting.push({ text, resolve });
      void ended.then(() => reject(new Error(`ended without saying ${text}:\n${lines.join('\n')}`)));
    });
  const result = { child, lines, line, ended };
  launched.push(result);
  return result;
}

const everything = ['api', 'broker', 'console', 'postgres', 'redis', 'worker'];

type Recorded = ProcessIdentity & { readonly name: string };

/** What the launcher under test says that it runs. */
function recorded(): readonly Recorded[] {
  // Written by that launcher.
  const text = readFileSync(join(directory, 'launcher.json'), 'utf8');
  return (JSON.parse(text) as { processes: Recorded[] }).processes;
}

const marked = () => findOrphans(directory, []).map((orphan) => orphan.command);

test('runs everything, keeps it running, and leaves nothing behind', async () => {
  const weir = launch();
  const ready = await weir.line('weir ready');
  expect(weir.lines.at(-1)).toBe(ready);
  for (const port of Object.values(ports)) expect(ready).toContain(`localhost:${port}`);
  expect(await answersHttp(ports.api, '/readyz')).toBe(true);
  expect(await acceptsConnections(ports.broker)).toBe(true);

  const again = weir.line('broker runs again');
  process.kill(recorded().find((each) => each.name === 'broker')?.pid ?? 0, 'SIGKILL');
  await again;
  expect(weir.lines).toContain('! broker ended (SIGKILL); starting it again in 0.25 s');
  expect(await acceptsConnections(ports.broker)).toBe(true);

  const second = launch();
  expect(await second.ended).toBe(1);
  expect(second.lines.join()).toContain(`Weir already runs on ${directory} (process ${weir.child.pid})`);

  const running = recorded();
  const started = performance.now();
  weir.child.kill('SIGTERM');
  expect(await weir.ended).toBe(0);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(weir.lines.at(-1)).toBe('stopped');
  expect(running.filter(isSame)).toEqual([]);
  expect(marked()).toEqual([]);
});

test('starts after a hard end: ends what is left, and finds its data again', async () => {
  const first = launch();
  await first.line('weir ready');
  const email = 'ada@example.com';
  const password = 'a long enough password';
  const headers = { 'content-type': 'application/json', origin: `http://localhost:${ports.console}` };
  const post = (path: string, body: object) =>
    fetch(`http://localhost:${ports.api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect((await post('/auth/sign-up/email', { name: 'Ada', email, password })).status).toBe(200);
  first.child.kill('SIGKILL');
  await first.ended;
  const left = recorded().filter(isSame);
  expect(left.map((each) => each.name).toSorted()).toEqual(everything);

  const second = launch();
  const started = performance.now();
  await second.line('weir ready');
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(second.lines.some((line) => line.includes('ending 6 left processes'))).toBe(true);
  expect(left.filter(isSame)).toEqual([]);
  expect((await post('/auth/sign-in/email', { email, password })).status).toBe(200);
  second.child.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(marked()).toEqual([]);
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
  const weir = launch(env(typeof address === 'object' && address !== null ? address.port : 0));
  expect(await weir.ended).toBe(1);
  expect(weir.lines.join('\n')).toMatch(message);
  expect(weir.lines.join('\n')).not.toMatch(/hidden|\bat .*:\d+:\d+\)/);
  expect(marked()).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
});
