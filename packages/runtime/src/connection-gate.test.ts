import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ConnectionGate } from './connection-gate.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Answers /no with a refusal, for a caller at this address, and anything else with 200. */
const serve = async (addressOf: (peer: string) => string) => {
  const gate = new ConnectionGate();
  let handled = 0;
  const server = createServer((request, response) => {
    handled += 1;
    if (request.url !== '/no') {
      response.end();
      return;
    }
    gate.refuse(request, response, addressOf(request.socket.remoteAddress ?? ''));
    response.writeHead(429).end();
  });
  gate.guard(server);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  /** What comes back on one connection, until it ends. */
  const ask = (paths: readonly string[], from = '127.0.0.66'): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from });
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', () => socket.destroy()).on('close', () => resolve(text));
      socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
    });
  return { ask, handled: () => handled };
};

it('ends a connection with its refusal, and nothing that is pipelined behind it is handled', async () => {
  const { ask, handled } = await serve((peer) => peer);
  const text = await ask(['/', '/no', ...Array(50).fill('/')]);
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 429']);
  expect(handled()).toBe(2);
});

it('lets nobody in for a moment who is refused again and again, and everybody else', async () => {
  const { ask } = await serve((peer) => peer);
  const all = await Promise.all(Array.from({ length: 150 }, () => ask(['/no'])));
  expect(all.filter((text) => text !== '').length).toBeGreaterThan(100);
  await expect.poll(() => ask(['/no']), { interval: 1, timeout: 900 }).toBe('');
  expect(await ask(['/no'], '127.0.0.7')).toMatch(/ 429 /);
  await expect.poll(() => ask(['/no']), { timeout: 3_000 }).toMatch(/ 429 /);
});

it('does not hold against a proxy what it hands on', async () => {
  const { ask } = await serve(() => '192.0.2.1');
  const all = await Promise.all(Array.from({ length: 150 }, () => ask(['/no'])));
  expect(all.every((text) => text.includes(' 429 '))).toBe(true);
  expect(await ask(['/no'])).toMatch(/ 429 /);
});
