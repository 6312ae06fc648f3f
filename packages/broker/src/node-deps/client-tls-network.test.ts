import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { createAuthority } from '@weir/testing/certificates';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../deps.ts';
import { handshakesUnderWayPerAddressMax, handshakeTimeoutMs } from '../limits.ts';
import { clientTlsNetwork, type ServerIdentity } from './client-tls-network.ts';
import { nodeClock } from './node-clock.ts';

const host = '127.0.0.1';
const authority = await createAuthority('cell');
const identity = await authority.issue(host, 'localhost', '*.kafka.example.com');

/** A listener that sends back what it is sent, and what it has said. */
async function listening() {
  const changed: ((identity: ServerIdentity) => void)[] = [];
  const lines: string[] = [];
  const line = (event: string, fields: object = {}) => void lines.push(`${event} ${JSON.stringify(fields)}`);
  const source = {
    current: { cert: identity.cert, key: identity.key },
    onChange: (call: (identity: ServerIdentity) => void) => void changed.push(call),
  };
  const log = { info: line, warn: line, error: line };
  const arrived: Transport[] = [];
  const listener = await clientTlsNetwork(source, { clock: nodeClock, log }).listen(host, 0, (transport) => {
    arrived.push(transport);
    transport.onData((chunk) => transport.write([Buffer.from(chunk)], () => undefined));
  });
  const close = () => {
    for (const transport of arrived) transport.destroy();
    return listener.close();
  };
  onTestFinished(close);
  const change = (next: ServerIdentity) => {
    for (const call of changed) call(next);
  };
  return { port: listener.port, arrived, lines, change, close };
}

/** What comes back of a word; the code of the error where it does not. */
function say(port: number, options: ConnectionOptions, word = 'records'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, ca: authority.ca, ...options });
    socket.once('secureConnect', () => socket.write(word));
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString());
    });
    socket.once('error', (cause: Error & { code?: string }) => resolve(cause.code ?? cause.message));
    socket.once('close', () => resolve('closed'));
  });
}

/** Resolves once the far end has closed the connection, on which these bytes were sent without TLS. */
function sayPlainly(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectPlain(port, host).on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.write(bytes);
  });
}

const apiVersions = Buffer.from('0000000a00120000000000000000ffff', 'hex');

test('clients of TLS 1.2 and 1.3 are let in, and the name that they want to reach is told', async () => {
  const { port, arrived } = await listening();
  expect(await say(port, { servername: 'lkc-a.kafka.example.com' })).toBe('records');
  expect(await say(port, { servername: 'localhost', maxVersion: 'TLSv1.2' })).toBe('records');
  expect(await say(port, {})).toBe('records');
  expect(arrived.map(({ serverName }) => serverName)).toEqual([
    'lkc-a.kafka.example.com',
    'localhost',
    undefined,
  ]);
  expect(arrived[0]?.remoteAddress).toBe(host);
});

test('TLS 1.1, no TLS and HTTP end with one line each that says what is wrong, and at once', async () => {
  const { port, arrived, lines } = await listening();
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  expect(await say(port, old)).toMatch(/PROTOCOL_VERSION|closed/);
  await sayPlainly(port, apiVersions);
  await sayPlainly(port, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  expect(arrived).toEqual([]);
  const what = (line: string) => JSON.parse(line.slice(line.indexOf('{'))).what;
  expect(lines.map(what)).toEqual([
    'the client speaks no TLS from 1.2 on',
    'the client speaks no TLS, and this listener nothing else',
    'the client speaks no TLS, and this listener nothing else',
  ]);
});

test('a client that has another authority does not go on', async () => {
  const { port, arrived } = await listening();
  const { ca } = await createAuthority('elsewhere');
  expect(await say(port, { ca })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
  expect(arrived).toEqual([]);
});

test('a client may not agree on its keys again', async () => {
  const { port } = await listening();
  const refused = await new Promise<string>((resolve) => {
    const socket = connectTls({ host, port, ca: authority.ca, maxVersion: 'TLSv1.2' }, () => {
      socket.renegotiate({}, (cause) => resolve(cause === null ? 'agreed' : 'refused'));
    });
    socket.on('error', () => resolve('refused'));
    socket.on('close', () => resolve('refused'));
  });
  expect(refused).toBe('refused');
});

test('handshakes that are begun and left keep nobody out, also of their own address', async () => {
  const { port, lines } = await listening();
  const count = handshakesUnderWayPerAddressMax + 20;
  const halfOpen = Array.from({ length: count }, () => connectPlain(port, host).on('error', () => undefined));
  onTestFinished(() => {
    for (const socket of halfOpen) socket.destroy();
  });
  for (const socket of halfOpen) socket.write(Buffer.from('1603010200', 'hex'));
  while (lines.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await say(port, {})).toBe('records');
  expect(lines.every((line) => line.startsWith('handshake.displaced'))).toBe(true);
});

test('a listener that closes does not wait for handshakes', async () => {
  const { port, close } = await listening();
  const ended = sayPlainly(port, Buffer.from('1603010200', 'hex'));
  await say(port, {});
  const beganMs = performance.now();
  await Promise.all([close(), ended]);
  expect(performance.now() - beganMs).toBeLessThan(handshakeTimeoutMs / 2);
});

test('a renewed certificate is shown to who comes next, and who is there stays', async () => {
  const { port, change } = await listening();
  const before = connectTls({ host, port, ca: authority.ca });
  await new Promise<void>((resolve) => before.once('secureConnect', resolve));
  const other = await createAuthority('renewed');
  change(await other.issue(host));
  expect(await say(port, { ca: other.ca })).toBe('records');
  before.write('still here');
  expect(
    await new Promise((resolve) => before.once('data', (chunk: Buffer) => resolve(chunk.toString()))),
  ).toBe('still here');
  before.destroy();
});
