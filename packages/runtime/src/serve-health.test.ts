import { createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { serveHealth } from './serve-health.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const serve = async (metrics: () => Promise<string>) => {
  const port = await freePort();
  const figures = { contentType: 'text/plain; version=0.0.4', metrics };
  stops.push(await serveHealth('127.0.0.1', port, { figures, logger: { level: 'info' } }));
  return `http://127.0.0.1:${port}`;
};

it('answers that it is there, its figures, and nothing else', async () => {
  const url = await serve(async () => 'a 1\n');
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  const figures = await fetch(`${url}/metrics`);
  expect(figures.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await figures.text()).toBe('a 1\n');
  expect((await fetch(`${url}/`)).status).toBe(404);
});

it('says whether it is ready, which it is unless somebody knows better', async () => {
  const state = { isReady: false };
  const port = await freePort();
  const figures = { contentType: 'text/plain', metrics: async () => '' };
  const watched = { figures, logger: { level: 'info' }, isReady: () => state.isReady };
  stops.push(await serveHealth('127.0.0.1', port, watched));
  const ready = async (of: string) => (await fetch(`${of}/readyz`)).status;
  expect(await ready(`http://127.0.0.1:${port}`)).toBe(503);
  state.isReady = true;
  expect(await ready(`http://127.0.0.1:${port}`)).toBe(200);
  expect(await ready(await serve(async () => ''))).toBe(200);
});

it('says that the figures could not be had, and answers the next one', async () => {
  let turn = 0;
  const url = await serve(async () => {
    turn += 1;
    if (turn === 1) throw new Error('no figures');
    return 'a 2\n';
  });
  expect((await fetch(`${url}/metrics`)).status).toBe(500);
  expect(await (await fetch(`${url}/metrics`)).text()).toBe('a 2\n');
});

it('collects once for all who ask at the same time', async () => {
  let collected = 0;
  const gate = Promise.withResolvers<void>();
  const url = await serve(async () => {
    collected += 1;
    await gate.promise;
    return 'a 3\n';
  });
  const all = Array.from({ length: 5 }, () => fetch(`${url}/metrics`));
  // All have come to the server before the first is answered.
  await expect.poll(() => collected).toBe(1);
  await fetch(`${url}/healthz`);
  gate.resolve();
  for (const reply of await Promise.all(all)) expect(await reply.text()).toBe('a 3\n');
  expect(collected).toBe(1);
});
