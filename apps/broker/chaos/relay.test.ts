import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cut, introducedBroker, open, Relay } from './relay.ts';

let echo: Server;
let relay: Relay;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  relay = await Relay.open({ targetPort: address.port, callerOf: (first) => first[0] });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  relay.close();
  echo.close();
});

function call(caller: number) {
  const socket = connect({ host: '127.0.0.1', port: relay.port });
  sockets.push(socket);
  const heard: number[] = [];
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => heard.push(...chunk));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
  });
  socket.write(Buffer.of(caller));
  return { socket, heard, isClosed: () => isClosed };
}

test('cuts one caller one way, and delivers late in order', async () => {
  const [one, two] = [call(1), call(2)];
  await expect.poll(() => [one.heard, two.heard]).toEqual([[1], [2]]);
  relay.rule(1, { in: open, out: cut });
  one.socket.write(Buffer.of(7, 8));
  one.socket.write(Buffer.of(9));
  two.socket.write(Buffer.of(7));
  await expect.poll(() => two.heard).toEqual([2, 7]);
  expect(one.heard).toEqual([1]);
  relay.heal(true);
  await expect.poll(() => one.heard).toEqual([1, 7, 8, 9]);
});

test('breaks what was cut, and only that, where nothing is to arrive late', async () => {
  const [one, two] = [call(1), call(2)];
  await expect.poll(() => [one.heard, two.heard]).toEqual([[1], [2]]);
  relay.rule(1, { in: cut, out: cut });
  relay.heal(false);
  await expect.poll(one.isClosed).toBe(true);
  expect(two.isClosed()).toBe(false);
});

test('delays what is sent', async () => {
  relay.rule(null, { in: { isCut: false, delayMs: 60 }, out: open });
  const begun = performance.now();
  const one = call(1);
  await expect.poll(() => one.heard).toEqual([1]);
  expect(performance.now() - begun).toBeGreaterThan(55);
});

test('reads who introduces itself, once it is there', () => {
  const header = Buffer.from('00000000753000000000000100016300', 'hex');
  const hello = Buffer.concat([header, Buffer.from('00000003', 'hex')]);
  for (let length = 0; length < hello.length; length++)
    expect(introducedBroker(hello.subarray(0, length))).toBeUndefined();
  expect(introducedBroker(hello)).toBe(3);
});
