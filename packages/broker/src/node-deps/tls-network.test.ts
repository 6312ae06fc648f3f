import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createAuthority, type IssuedCertificate } from '@weir/testing/certificates';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../deps.ts';
import { mutualTlsNetwork, type TlsIdentity } from './tls-network.ts';

const host = '127.0.0.1';

/** A network whose certificates can be changed. */
function networkOf(first: TlsIdentity) {
  const changed: ((identity: TlsIdentity) => void)[] = [];
  const source = {
    current: first,
    onChange: (call: (identity: TlsIdentity) => void) => void changed.push(call),
  };
  const change = (identity: TlsIdentity) => {
    source.current = identity;
    for (const call of changed) call(identity);
  };
  return { network: mutualTlsNetwork(source), change };
}

/** A listener, and who came through to it. */
async function listening(identity: IssuedCertificate) {
  const { network, change } = networkOf(identity);
  const arrived: Transport[] = [];
  const listener = await network.listen(host, 0, (transport) => arrived.push(transport));
  onTestFinished(async () => {
    for (const transport of arrived) transport.destroy();
    await listener.close();
  });
  return { port: listener.port, arrived, change };
}

const cell = await createAuthority('cell');
const stranger = await createAuthority('stranger');

/** What comes through from one end to the other; null where the connection ends first. */
async function send(from: Transport, to: () => Transport | undefined, text: string): Promise<string | null> {
  const ended = new Promise<null>((resolve) => from.onClose(() => resolve(null)));
  const received = (async () => {
    let transport = to();
    while (transport === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      transport = to();
    }
    const there = transport;
    return new Promise<string>((resolve) => there.onData((chunk) => resolve(chunk.toString())));
  })();
  from.onData(() => undefined);
  from.write([Buffer.from(text)], () => undefined);
  return Promise.race([ended, received]);
}

test('two brokers of one authority talk, and nobody else reads it', async () => {
  const { port, arrived } = await listening(await cell.issue(host));
  const { network } = networkOf(await cell.issue('broker-2'));
  const caller = await network.connect(host, port);
  expect(await send(caller, () => arrived[0], 'records')).toBe('records');
  caller.destroy();
});

test('who shows no certificate, or one of another authority, gets nothing through, nor does one without TLS', async () => {
  const { port, arrived } = await listening(await cell.issue(host));
  const other = await stranger.issue('broker-2');
  for (const shown of [{}, { cert: other.cert, key: other.key }]) {
    const socket = connectTls({ host, port, ca: cell.ca, ...shown });
    socket.write('records');
    await new Promise<void>((resolve) => socket.on('error', () => undefined).once('close', () => resolve()));
  }
  const plain = connectPlain(port, host);
  plain.write('GET / HTTP/1.1\r\n\r\n');
  await new Promise<void>((resolve) => plain.on('error', () => undefined).once('close', () => resolve()));
  expect(arrived).toEqual([]);
});

test('a listener of another authority, or with another name than was asked for, is not believed', async () => {
  const { network } = networkOf(await cell.issue('broker-2'));
  const impostor = await listening({ ...(await stranger.issue(host)), ca: cell.ca });
  await expect(network.connect(host, impostor.port)).rejects.toThrow(/certificate|signature/);
  const elsewhere = await listening(await cell.issue('broker-3.example'));
  await expect(network.connect(host, elsewhere.port)).rejects.toThrow(/altnames/);
});

test('new connections are made with renewed certificates, and the old ones go on', async () => {
  const { port, arrived, change } = await listening(await cell.issue(host));
  const caller = networkOf(await cell.issue('broker-2'));
  const before = await caller.network.connect(host, port);
  expect(await send(before, () => arrived[0], 'one')).toBe('one');
  change(await stranger.issue(host));
  await expect(caller.network.connect(host, port)).rejects.toThrow();
  caller.change(await stranger.issue('broker-2'));
  const after = await caller.network.connect(host, port);
  expect(await send(after, () => arrived[1], 'two')).toBe('two');
  expect(await send(before, () => arrived[0], 'three')).toBe('three');
  before.destroy();
  after.destroy();
});

test('so many handshakes are under way at once, and no more', async () => {
  const { port } = await listening(await cell.issue(host));
  const sockets = Array.from({ length: 80 }, () => connectPlain(port, host).on('error', () => undefined));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.filter((socket) => socket.closed).length < 16) await new Promise((r) => setTimeout(r, 5));
  expect(sockets.filter((socket) => socket.closed)).toHaveLength(16);
  for (const socket of sockets) socket.destroy();
  const { network } = networkOf(await cell.issue('broker-2'));
  const connected = async (): Promise<Transport> =>
    network.connect(host, port).catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return connected();
    });
  (await connected()).destroy();
});
