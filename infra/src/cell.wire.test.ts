import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { isSame } from './processes/proc.ts';
import { root } from './root.ts';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// A cell of three brokers as anybody starts it, with the operator's command beside it.

let weir: Installation;
beforeAll(async () => {
  weir = await Installation.make(3);
});
afterAll(() => weir.remove());

const cell = (...args: readonly string[]): Promise<string> => cellOf(weir, args);

/** What `npm run cell` prints; rejects with what it says where it fails. */
async function cellOf({ directory }: Installation, args: readonly string[]): Promise<string> {
  const script = join(root, 'infra', 'src', 'cell.ts');
  const env = { ...process.env, DATABASE_URL: '', WEIR_DATA_DIR: directory };
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { env });
  return stdout;
}

/** How many replicas the broker has, as `status` tells it. */
const holds = (status: string, brokerId: number) =>
  Number(new RegExp(`^${brokerId} .* (\\d+)$`, 'm').exec(status)?.[1]);

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `localhost:${weir.ports.broker + index}`);

test('without a cell, and for what is no command, it says so in a sentence', async () => {
  await expect(cell('status')).rejects.toThrow(`No cell runs on ${weir.directory}: start one with npm start`);
  await expect(cell('stauts')).rejects.toThrow('There is no command "stauts".');
  expect(await cell('--help')).toContain('restart all brokers, one after the other');
});

test('three brokers serve as one cell, are looked at and restarted in turn, and stop together', async () => {
  const launched = weir.launch({ WEIR_BROKERS: '3' });
  const ready = await launched.line('weir ready');
  expect(ready).toContain(`kafka ${addresses(3).join(',')}`);
  expect(launched.lines.join('\n')).toContain('3 brokers, each as if on a machine of its own');
  for (const name of ['broker-1', 'broker-2', 'broker-3']) {
    expect(existsSync(join(weir.directory, 'logs', `${name}.log`))).toBe(true);
  }
  const tenant = await Tenant.signUp(weir);
  expect(await tenant.bootstrapServers()).toBe(addresses(3).join(','));
  await tenant.createTopic('orders');
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index}`);
  await tenant.kcat(['-P', '-t', 'orders'], `${lines.join('\n')}\n`);

  const before = weir.recorded().filter(({ name }) => name.startsWith('broker'));
  expect(before).toHaveLength(3);
  expect(await cell('restart')).toMatch(/restarting broker 1.*restarting broker 2.*restarting broker 3/s);
  expect(before.filter(isSame)).toEqual([]);
  // They run what is built: an upgrade has nothing to do.
  const current = await cell('restart', '--outdated');
  expect(current).not.toContain('restarting');
  const status = await cell('status');
  const version = '\\d+\\.\\d+\\.\\d+\\+[0-9a-f]{12}';
  for (const [index, address] of addresses(3).entries()) {
    expect(status).toMatch(
      new RegExp(`^${index + 1} +${address} +rack-${index + 1} +${version} +2 +alive`, 'm'),
    );
  }
  expect(status).toContain('all with every replica in sync');
  const read = await tenant.kcat(['-C', '-t', 'orders', '-o', 'beginning', '-e', '-q']);
  expect(read.trimEnd().split('\n')).toEqual(lines);

  const running = weir.recorded();
  launched.child.kill('SIGTERM');
  expect(await launched.ended).toBe(0);
  expect(running.filter(isSame)).toEqual([]);
});

test('a start with fewer brokers says who is away, and what is left is served', async () => {
  const launched = weir.launch({ WEIR_BROKERS: '2' });
  await launched.line('weir ready');
  expect(launched.lines.join('\n')).toContain(
    '! the cell knows broker 3 too: until you start with WEIR_BROKERS=3',
  );
  const status = () => cell('status');
  await expect.poll(status, { timeout: 15_000 }).toMatch(/^3 .*fenced/m);
  await expect.poll(status, { timeout: 15_000 }).toContain('0 without a leader');
});

test('a cell grows from one broker to four and shrinks to one, while it is written to, and keeps every line', async () => {
  const other = await Installation.make(4);
  const command = (...args: readonly string[]) => cellOf(other, args);
  const lone = other.launch();
  await lone.line('weir ready');
  const tenant = await Tenant.signUp(other);
  await tenant.createTopic('orders');
  await expect(command('add')).rejects.toThrow('start it with WEIR_BROKERS=2 or more');
  lone.child.kill('SIGTERM');
  await lone.ended;

  const several = other.launch({ WEIR_BROKERS: '3' });
  await several.line('weir ready');
  expect(several.lines.join('\n')).toMatch(/! \d+ partitions have fewer replicas than new ones get/);
  const producer = tenant.producer('orders');
  await command('rebalance', '--replication-factor', '3');
  expect(await command('add')).toContain('broker 4 has its share; start with WEIR_BROKERS=4 from now on');
  const grown = await command('status');
  expect(grown).toContain('all with every replica in sync');
  for (const id of [1, 2, 3, 4]) expect(holds(grown, id)).toBeGreaterThan(8);
  expect(await command('remove', '4')).toContain('broker 4 is out of the cell');
  await expect(command('remove', '3')).rejects.toThrow('say --replication-factor 2 if so many are enough');
  await command('remove', '3', '--replication-factor', '2');
  await command('remove', '2', '--replication-factor', '1');
  expect(await command('status')).toMatch(/^2 .* removed .*^3 .* removed .*^4 .* removed /ms);
  await expect(command('remove', '1')).rejects.toThrow('the only one that may hold something');
  const sent = await producer.stop();
  several.child.kill('SIGTERM');
  expect(await several.ended).toBe(0);

  const back = other.launch();
  await back.line('weir ready');
  expect(back.lines.join('\n')).not.toContain('the cell knows broker');
  const read = await tenant.kcat(['-C', '-t', 'orders', '-o', 'beginning', '-e', '-q']);
  const lines = new Set(read.trimEnd().split('\n'));
  expect(lines).toEqual(new Set(Array.from({ length: sent }, (_, index) => `line ${index}`)));
  back.child.kill('SIGTERM');
  await back.ended;
  await other.remove();
}, 240_000);

test('a broker that is added and cannot start is given up at once and may be asked for again; one that is in its restart pause stays in the cell meanwhile; two commands at once are one too many', async () => {
  const other = await Installation.make(4);
  onTestFinished(() => other.remove());
  const command = (...args: readonly string[]) => cellOf(other, args);
  const launched = other.launch({ WEIR_BROKERS: '3' });
  await launched.line('weir ready');
  const thief = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => thief.listen(other.ports.broker + 3, resolve));
  const askedMs = performance.now();
  await expect(command('add')).rejects.toThrow('Broker 4 did not come');
  expect(performance.now() - askedMs).toBeLessThan(60_000);
  await new Promise((resolve) => thief.close(resolve));

  // Killed as often as it comes, it is dead for most of the time, and its launcher waits longer and longer.
  const killing = setInterval(() => void other.kill(['broker-2']), 50);
  try {
    await expect.poll(() => command('status'), { timeout: 30_000 }).toMatch(/^2 .*fenced/m);
    const joins = launched.line('broker 4 joins the cell');
    const added = command('add');
    await joins;
    clearInterval(killing);
    expect(await added).toContain('broker 4 has its share');
  } finally {
    clearInterval(killing);
  }
  await expect.poll(() => command('status'), { timeout: 30_000 }).toMatch(/^2 .*alive/m);
  expect(launched.lines).not.toContain('broker 2 leaves the cell');

  const both = await Promise.allSettled([command('restart'), command('restart')]);
  const refused = both.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
  expect(refused).toHaveLength(1);
  expect(refused[0]).toContain('Another npm run cell is at work');
}, 240_000);

test('a further broker’s port that is taken is named with its broker', async () => {
  const other = await Installation.make(2);
  const taken = other.ports.broker + 1;
  const inTheWay = createServer().listen(taken, '127.0.0.1');
  await once(inTheWay, 'listening');
  try {
    const launched = other.launch({ WEIR_BROKERS: '2' });
    expect(await launched.ended).toBe(1);
    expect(launched.lines.join('\n')).toContain(
      `Port ${taken} (WEIR_BROKER_PORT + 1, of broker 2) is taken by process ${process.pid} `,
    );
  } finally {
    inTheWay.close();
    await other.remove();
  }
});
