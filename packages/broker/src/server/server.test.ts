import { expect, test } from 'vitest';
import { unnamedDoor } from '../cluster/door.ts';
import type { Transport } from '../deps.ts';
import type { ClientState } from '../dispatch/client-state.ts';
import {
  authenticationTimeoutMs,
  connectionsUnauthenticatedMax,
  connectionsUnauthenticatedPerAddressMax,
} from '../limits.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { noMetadata } from '../testing/identity-for-tests.ts';
import { TestTransport } from '../testing/transport-for-tests.ts';
import { Server } from './server.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };

/** Answers nothing, and knows nobody. */
const dispatcher = {
  connected: (connectionId: number, host: string, close: (reason: string) => void): ClientState => ({
    connectionId,
    host,
    door: unnamedDoor,
    identity: null,
    sasl: { kind: 'none' },
    expiresAt: null,
    membership: null,
    software: null,
    secretUse: null,
    hasEnded: false,
    endListeners: new Set(),
    close,
  }),
  disconnected: () => undefined,
  dispatch: () => ({ kind: 'pending', ordered: 'now', answer: new Promise<never>(() => undefined) }) as const,
};

async function listening() {
  const engine = new Engine();
  const state: { accept: (transport: Transport) => void } = { accept: () => undefined };
  const network = {
    listen: async (_host: string, port: number, accept: (transport: Transport) => void) => {
      state.accept = accept;
      return { port, close: async () => undefined };
    },
    connect: () => Promise.reject(new Error('a server connects to nobody')),
  };
  const { clock, disk, log } = engine;
  const server = new Server(
    { ...noMetadata, clock, disk, log, random, usage: noUsage, network },
    new FramePool(0),
    new Scheduler(clock, log),
  );
  await server.listen('127.0.0.1', 1);
  const arrive = (address?: string) => {
    const transport = new TestTransport(address);
    state.accept(transport);
    return transport;
  };
  return { engine, server, arrive };
}

test('who connects before the broker is ready waits unread, and is served then', async () => {
  const { server, arrive } = await listening();
  const early = arrive();
  expect([early.isPaused, server.connectionCount]).toEqual([true, 0]);
  server.open(dispatcher);
  expect([early.isPaused, server.connectionCount]).toEqual([false, 1]);
});

test('who connects early and leaves early is not counted as a connection for ever', async () => {
  const { server, arrive } = await listening();
  arrive().closeNow();
  server.open(dispatcher);
  expect(server.connectionCount).toBe(0);
});

test('connections that have not authenticated are bounded, by address and in all; the oldest of whoever has most goes', async () => {
  const { engine, server, arrive } = await listening();
  server.open(dispatcher);
  const first = arrive('192.0.2.1');
  const second = arrive('192.0.2.1');
  for (let count = 2; count < connectionsUnauthenticatedPerAddressMax; count += 1) arrive('192.0.2.1');
  expect(first.isDestroyed).toBe(false);
  expect(arrive('192.0.2.1').isDestroyed).toBe(false);
  expect([first.isDestroyed, second.isDestroyed]).toEqual([true, false]);
  first.closeNow();
  for (let count = server.connectionCount; count < connectionsUnauthenticatedMax; count += 1) {
    expect(arrive(`198.51.100.${count % 250}`).isDestroyed).toBe(false);
  }
  expect(arrive('203.0.113.1').isDestroyed).toBe(false);
  expect(second.isDestroyed).toBe(true);
  await engine.pass(authenticationTimeoutMs);
  expect(engine.events.filter((event) => event === 'connections.displaced')).toHaveLength(1);
});

test('connections are looked at a few at a time, so that many of them are no stretch of work', async () => {
  const { engine, server, arrive } = await listening();
  const connected: typeof dispatcher.connected = (...who) => ({
    ...dispatcher.connected(...who),
    expiresAt: 1,
  });
  server.open({ ...dispatcher, connected });
  const all = Array.from({ length: 900 }, (_, at) => arrive(`198.51.100.${at % 250}`));
  const ended = () => all.filter(({ isDestroyed }) => isDestroyed).length;
  let most = 0;
  for (let before = 0, at = 0; at < 600 && before < all.length; at += 1) {
    await engine.pass(9);
    most = Math.max(most, ended() - before);
    before = ended();
  }
  expect([ended(), most]).toEqual([900, 9]);
});

test('closing ends every connection, those that wait for the broker to be ready too', async () => {
  const early = await listening();
  const waiting = early.arrive();
  await early.engine.run(early.server.close(10));
  expect(waiting.isDestroyed).toBe(true);
  const { engine, server, arrive } = await listening();
  server.open(dispatcher);
  const open = arrive();
  await engine.run(server.close(10));
  expect(open.isDestroyed).toBe(true);
});
