import { createServer } from 'node:net';
import { findFreePort } from '@weir/local-servers/free-port';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { BrokerPrograms } from './testing/broker-programs.ts';

let programs: BrokerPrograms;
beforeAll(async () => {
  programs = await BrokerPrograms.open(inject('redisUrl'));
});
afterAll(() => programs.close());

const startProgram = (metricsPort: number) =>
  programs.start({ WEIR_BROKER_METRICS_PORT: String(metricsPort) });

it('a broker that is told a port shows its figures there, on loopback, and lets go of it', async () => {
  const metricsPort = await findFreePort();
  const url = `http://127.0.0.1:${metricsPort}`;
  const { child, ended } = await startProgram(metricsPort);
  const isUp = () =>
    fetch(`${url}/readyz`).then(
      (reply) => reply.status,
      () => 0,
    );
  await expect.poll(isUp, { timeout: 15_000 }).toBe(200);
  const reply = await fetch(`${url}/metrics`);
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
  const text = await reply.text();
  expect(text).toMatch(/^# TYPE weir_broker_connections gauge\nweir_broker_connections \d+$/m);
  expect(text).toMatch(/^weir_broker_kept_bytes\{kind="groups"\} \d+$/m);
  expect(text).toMatch(/^nodejs_heap_size_used_bytes \d+/m);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(await isUp()).toBe(0);
});

it('a port for figures that is taken stops the start, and says which setting it is', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const { ended, text } = await startProgram(taken);
  expect(await ended).toBe(1);
  expect(text()).toContain(`Port ${taken} on 127.0.0.1 is taken by another process.`);
  expect(text()).toContain('WEIR_BROKER_METRICS_PORT');
  await new Promise((resolve) => server.close(resolve));
});
