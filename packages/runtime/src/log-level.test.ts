import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerLogLevel } from './log-level.ts';
import { createLogger } from './logger.ts';

const lines: string[] = [];
const logger = createLogger('test', 'info', { write: (line) => void lines.push(line) });
const server = createServer((request, response) => void answerLogLevel(logger, request, response));
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a port, its address is one of these.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const put = (body: string) => fetch(url, { method: 'PUT', body });

it('a running process logs more, or less, from then on', async () => {
  expect(await (await fetch(url)).json()).toEqual({ level: 'info' });
  logger.debug('before');
  expect(await (await put('{"level":"debug"}')).json()).toEqual({ level: 'debug' });
  logger.debug('after');
  await put('{"level":"error"}');
  logger.warn('too little');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['after']);
});

it.each([
  '{"level":"loud"}',
  '{"level":"silent"}',
  '{}',
  '{"level":"info","more":1}',
  'null',
  '',
  '{',
  'x'.repeat(5_000),
])('what is no level changes nothing and is told what would be right: %s', async (body) => {
  await put('{"level":"warn"}');
  const answer = await put(body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ problem: expect.stringContaining('debug, info, warn, error') });
  expect(logger.level).toBe('warn');
});

it('somebody on another machine is told nothing', async () => {
  const told: unknown[] = [];
  const response = { writeHead: (status: number) => ({ end: () => void told.push(status) }) };
  const request = { method: 'GET', socket: { remoteAddress: '10.1.2.3' } };
  // What of both is used before they are refused.
  await answerLogLevel(logger, request as IncomingMessage, response as unknown as ServerResponse);
  expect(told).toEqual([403]);
});

it('it is asked and told, and nothing else', async () => {
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(405);
});
