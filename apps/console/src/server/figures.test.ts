import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsoleServer } from './serve.ts';
import { readSettings, SettingsError } from './settings.ts';

const token = 'a token for whoever collects figures'.replaceAll(' ', '-');
const page = 'a page';
const servers: Server[] = [];
let url: string;

beforeAll(async () => {
  const api = createServer((_, response) => response.writeHead(204).end());
  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A TCP server has an address of this kind.
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const settings = readSettings({ WEIR_API_URL: await listen(api), WEIR_METRICS_TOKEN: token });
  const pages = async (_: IncomingMessage, response: { end(text: string): unknown }) =>
    void response.end(page);
  url = await listen(createConsoleServer(settings, pages, () => undefined));
});
afterAll(() => {
  for (const server of servers) server.close();
});

const read = async (headers: Record<string, string> = {}) =>
  (await fetch(`${url}/metrics`, { headers })).text();

test('figures tell pages from calls of the API, by status', async () => {
  await (await fetch(`${url}/clusters`)).text();
  await (await fetch(`${url}/api/cmk/v2/clusters`)).text();
  const text = await read();
  expect(text).toContain('weir_console_request_duration_seconds_count{kind="page",status="200"} 1');
  expect(text).toContain('weir_console_request_duration_seconds_count{kind="api",status="204"} 1');
  expect(text).toContain('process_resident_memory_bytes');
});

test('through a proxy only who has the token reads them; for everybody else there is only a page', async () => {
  const through = { 'x-forwarded-for': '192.0.2.1' };
  expect(await read(through)).toBe(page);
  expect(await read({ via: '1.1 somebody' })).toBe(page);
  expect(await read({ ...through, authorization: `Bearer ${token}x` })).toBe(page);
  expect(await read({ ...through, authorization: `Bearer ${token}` })).toContain('weir_console_request');
});

test('a token that is too short to keep anybody out stops the start', () => {
  expect(() => readSettings({ WEIR_METRICS_TOKEN: 'short' })).toThrow(SettingsError);
});
