import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../deps.ts';
import { nodeNetwork } from './node-network.ts';

const mebibyte = 1024 * 1024;

/** A client's socket, and the transport that the broker has of it, with what it received. */
async function pair(): Promise<{
  client: Socket;
  transport: Transport;
  received: () => number;
  onChunk: (call: () => void) => void;
}> {
  const accepted = Promise.withResolvers<Transport>();
  const listener = await nodeNetwork.listen('127.0.0.1', 0, accepted.resolve);
  const client = connect(listener.port, '127.0.0.1');
  const transport = await accepted.promise;
  let bytes = 0;
  let each = () => {};
  transport.onData((chunk) => {
    bytes += chunk.length;
    each();
  });
  const onChunk = (call: () => void) => {
    each = call;
  };
  onTestFinished(async () => {
    client.destroy();
    transport.destroy();
    await listener.close();
  });
  return { client, transport, received: () => bytes, onChunk };
}

test('who is paused reads nothing at all, and goes on where he stopped', async () => {
  const { client, transport, received } = await pair();
  client.write('x');
  while (received() === 0) await sleep(1);
  transport.pause();
  const sent = new Promise<void>((resolve) => client.write(Buffer.alloc(mebibyte), () => resolve()));
  await sleep(50);
  transport.resume();
  // What had been read behind the pause would be there before the next event of a socket.
  await new Promise<void>((resolve) => process.nextTick(() => process.nextTick(resolve)));
  expect(received()).toBe(1);
  await sent;
  while (received() < mebibyte + 1) await sleep(1);
});

test('a pause from within a chunk lets no further chunk come', async () => {
  const { client, transport, received, onChunk } = await pair();
  let chunks = 0;
  onChunk(() => {
    chunks += 1;
    transport.pause();
  });
  client.write(Buffer.alloc(mebibyte));
  await sleep(50);
  expect(chunks).toBe(1);
  for (; received() < mebibyte; await sleep(1)) transport.resume();
  expect(chunks).toBeGreaterThanOrEqual(mebibyte / (64 * 1024));
});

test('a client that goes away while its connection is paused is noticed once it is read from', async () => {
  const { client, transport } = await pair();
  const gone = new Promise<void>((resolve) => transport.onClose(resolve));
  transport.pause();
  client.destroy();
  await sleep(10);
  transport.resume();
  await gone;
});

test('a write says whether the kernel took it: not where the client was gone before, nor after the connection ended', async () => {
  const { client, transport } = await pair();
  const written = (bytes: number) =>
    new Promise<boolean>((resolve) => transport.write([Buffer.alloc(bytes), Buffer.alloc(1)], resolve));
  const read = new Promise<void>((resolve) => client.once('data', () => resolve()));
  expect(await written(10)).toBe(true);
  await read;
  client.pause();
  // Far more than all buffers between the two hold.
  const last = written(64 * mebibyte);
  await sleep(50);
  client.destroy();
  expect(await last).toBe(false);
  expect(await written(1)).toBe(false);
});
