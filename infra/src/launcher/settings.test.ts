import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerMemoryMb, dedicatedBrokersOf, machineMemoryMb } from '@weir/runtime/memory-plan';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkPortsFree } from './ports.ts';
import { keptSecret, portsOf, prepareDataDirectory, readSettings } from './settings.ts';
import { checkPostgresReachable, checkRedisReachable, withSchema } from './stores.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-settings-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('without settings everything has the documented place', () => {
  expect(readSettings({}, '/home/me/weir')).toEqual({
    dataDirectory: '/home/me/weir/.weir',
    consolePort: 3000,
    apiPort: 4000,
    brokerPort: 9092,
    brokers: 1,
    brokerHost: 'localhost',
    brokerListenHost: '127.0.0.1',
    brokerDoors: { tls: { kind: 'none' }, domain: null },
    sharedCells: 1,
    dedicatedPort: 19_092,
    dedicatedBrokers: dedicatedBrokersOf(machineMemoryMb()),
    brokerMemoryMb: brokerMemoryMb(machineMemoryMb()),
    workerPort: null,
    brokerMetricsPort: null,
    databaseUrl: null,
    redisUrl: null,
    consoleUrl: 'http://localhost:3000',
    mail: 'shown here',
  });
});

test('a bad value names the variable, the value and what would be right, all at once', () => {
  const env = { WEIR_API_PORT: '70000', WEIR_BROKER_PORT: 'x', DATABASE_URL: 'mysql://me:hidden@db/weir' };
  const read = () => readSettings(env, '/');
  expect(read).toThrow('WEIR_API_PORT is "70000" and is not valid: it must be a port from 1 to 65535');
  expect(read).toThrow('WEIR_BROKER_PORT is "x"');
  expect(read).toThrow('DATABASE_URL has a value that is not shown');
  expect(read).not.toThrow('hidden');
});

test('a cell is called in the catalogue as its operator says, where that can be a name', () => {
  expect(() => readSettings({ WEIR_CLOUD: 'AWS', WEIR_REGION: 'eu-central-1' }, '/')).not.toThrow();
  expect(() => readSettings({ WEIR_CLOUD: 'aws' }, '/')).toThrow('WEIR_CLOUD is "aws" and is not valid');
  expect(() => readSettings({ WEIR_REGION: 'Here' }, '/')).toThrow('WEIR_REGION is "Here"');
});

test('a mail server’s password is not shown, whatever is wrong with its address', () => {
  const read = () => readSettings({ SMTP_URL: 'mail.example.com:hunter2' }, '/');
  expect(read).toThrow('SMTP_URL has a value that is not shown and is not valid: it must be smtps://');
});

test('mail is shown here only where everybody is, and there is no server to send it', () => {
  const mail = (env: Record<string, string>) => readSettings(env, '/').mail;
  expect(mail({})).toBe('shown here');
  expect(mail({ SMTP_URL: 'smtp://localhost:2525' })).toBe('sent');
  expect(mail({ WEIR_CONSOLE_PUBLIC_URL: 'https://weir.example.com' })).toBe('kept');
});

test('two programs do not get one port', () => {
  const read = () => readSettings({ WEIR_API_PORT: '5000', WEIR_CONSOLE_PORT: '5000' }, '/');
  expect(read).toThrow('WEIR_CONSOLE_PORT and WEIR_API_PORT are both 5000');
});

test('several brokers take the ports from the first one’s on, and divide the memory', () => {
  const read = (env: Record<string, string>) => () => readSettings({ WEIR_BROKERS: '3', ...env }, '/');
  const ports = portsOf(read({ WEIR_BROKER_PORT: '5000' })());
  expect(ports.map((each) => each.port)).toEqual([3000, 4000, 5000, 5001, 5002]);
  expect(read({})().brokerMemoryMb).toBe(brokerMemoryMb(machineMemoryMb(), 3));
  expect(read({ WEIR_BROKER_PORT: '3999' })).toThrow(
    'WEIR_API_PORT and WEIR_BROKER_PORT + 1, of broker 2 are both 4000',
  );
  expect(read({ WEIR_BROKER_PORT: '65534' })).toThrow('set it to 65533 at most');
  expect(read({ WEIR_BROKER_MEMORY_MB: '1024' })).toThrow('set it to 1536 at least');
  expect(read({ WEIR_BROKERS: '10' })).toThrow('it must be a whole number from 1 to 9');
});

test('a data directory that is a file, or lies below one, is refused by name', () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const prepare = (name: string) => () => prepareDataDirectory(readSettings({ WEIR_DATA_DIR: name }, '/'));
  expect(prepare(file)).toThrow(`WEIR_DATA_DIR is ${file}, which is a file`);
  expect(prepare(join(file, 'below'))).toThrow('cannot be written to');
});

test('a secret is made once and readable by its owner only', () => {
  const settings = readSettings({ WEIR_DATA_DIR: directory }, '/');
  prepareDataDirectory(settings);
  const secret = keptSecret(settings, 'auth-secret');
  expect(secret.length).toBeGreaterThanOrEqual(43);
  expect(keptSecret(settings, 'auth-secret')).toBe(secret);
  const file = join(directory, 'secrets', 'auth-secret');
  expect(readFileSync(file, 'utf8')).toBe(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a taken port is named with its setting and with the process that has it', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const settings = readSettings({ WEIR_BROKER_PORT: String(port), WEIR_DATA_DIR: directory }, '/');
  const ports = portsOf(settings).filter((each) => each.setting === 'WEIR_BROKER_PORT');
  await expect(checkPortsFree(ports)).rejects.toThrow(
    new RegExp(`^Port ${port} is taken by process ${process.pid} .*WEIR_BROKER_PORT`),
  );
  await new Promise((resolve) => server.close(resolve));
  await checkPortsFree(ports);
});

test('a store that cannot be reached is named by host and port, without the password', async () => {
  const message = async (check: Promise<unknown>) => {
    const error: unknown = await check.catch((cause: unknown) => cause);
    return error instanceof Error ? error.message : '';
  };
  const postgres = await message(checkPostgresReachable('postgres://me:hidden@127.0.0.1:1/weir'));
  expect(postgres).toMatch(/^DATABASE_URL: Postgres at 127\.0\.0\.1:1 cannot be used .*ECONNREFUSED/);
  expect(postgres).not.toContain('hidden');
  const redis = await message(checkRedisReachable('redis://:hidden@127.0.0.1:1'));
  expect(redis).toMatch(/^REDIS_URL: Redis at 127\.0\.0\.1:1 cannot be used .*ECONNREFUSED/);
  expect(redis).not.toContain('hidden');
});

test('a store is named by its schema, whatever else the URL says', () => {
  expect(withSchema('postgres://u:p@h:1/d?sslmode=require&schema=x', 'control')).toBe(
    'postgres://u:p@h:1/d?sslmode=require&schema=control',
  );
});
