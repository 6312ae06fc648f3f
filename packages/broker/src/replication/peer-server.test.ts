import { expect, test } from 'vitest';
import type { Transport } from '../deps.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { LastHeard } from '../partition/last-heard.ts';
import { noFaults } from '../simulation/faults.ts';
import { SimulatedNetwork } from '../simulation/simulated-network.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { introduce } from './introduce.ts';
import { type Lane, laneNumber } from './lanes.ts';
import { PeerLink } from './peer-link.ts';
import { PeerServer } from './peer-server.ts';

const secret = Buffer.alloc(32, 1);

/** Broker 2, which listens, and whoever connects to it. */
async function listening() {
  const engine = new Engine();
  const { clock, log, world } = engine;
  const simulated = new SimulatedNetwork(world, noFaults, null);
  let made = 0;
  const random = {
    below: () => 0,
    bytes: (length: number) => {
      made += 1;
      return Buffer.alloc(length, made);
    },
  };
  const pool = new FramePool(1 << 20, true);
  const peerNetwork = simulated.mount('broker-2', () => true);
  const followers = new LastHeard();
  const partition = () => null;
  const pictureIsOld = () => undefined;
  const deps = { clock, log, peerNetwork, random };
  const catchUp = { waitMs: 0, read: () => undefined };
  const answerer = {
    verifyHere: () => Promise.resolve('NONE' as const),
    endHere: () => Promise.resolve([]),
  };
  const broker = { deps, pool, followers, catchUp, partition, pictureIsOld, secret, answerer, brokerId: 2 };
  const server = new PeerServer(broker);
  await server.listen('broker-2', 2);
  const connect = () => engine.run(simulated.mount('broker-1', () => true).connect('broker-2', 2));
  const introduced = async (
    transport: Transport,
    known: Buffer,
    { toBrokerId = 2, bootEpoch = 3, lane = 'tail' as Lane } = {},
  ) => {
    const closed = Promise.withResolvers<never>();
    let onFrame: Parameters<Parameters<typeof introduce>[1]>[0] = () => undefined;
    const link = new PeerLink(transport, pool, () => 1 << 20, {
      frame: (frame) => onFrame(frame),
      closed: () => closed.reject(new Error('the connection ended')),
    });
    const receive = (call: typeof onFrame) => {
      onFrame = call;
    };
    const caller = { brokerId: 1, bootEpoch, toBrokerId, lane: laneNumber(lane) };
    return engine.run(Promise.race([introduce(link, receive, random, known, caller), closed.promise]));
  };
  return { engine, connect, introduced };
}

test('who knows the cell’s secret is let in', async () => {
  const { engine, connect, introduced } = await listening();
  await introduced(await connect(), secret);
  expect(engine.events).toContain('peer.follows');
});

test('who does not know it cannot tell that he talks to a broker of the cell, and is not let in', async () => {
  const { engine, connect, introduced } = await listening();
  const problem = 'what answers there does not know the secret of this cell';
  await expect(introduced(await connect(), Buffer.alloc(32, 2))).rejects.toThrow(problem);
  expect(engine.events).not.toContain('peer.follows');
});

test('who means another broker is told whom he has reached', async () => {
  const { connect, introduced } = await listening();
  await expect(introduced(await connect(), secret, { toBrokerId: 7 })).rejects.toThrow(
    'this is broker 2, not 7',
  );
});

test('who asks for anything before he has said who he is, or says too much, is cut off', async () => {
  const { engine, connect } = await listening();
  for (const bytes of [Buffer.from('0000000a753100000000000000000000', 'hex'), Buffer.alloc(9_000, 9)]) {
    const transport = await connect();
    const closed = new Promise<void>((resolve) => transport.onClose(resolve));
    transport.write([bytes], () => undefined);
    await engine.run(closed);
  }
  expect(engine.events).toContain('peer.connection.failed');
  expect(engine.events).not.toContain('peer.follows');
});

test('who says nothing is not waited for', async () => {
  const { engine, connect } = await listening();
  const transport = await connect();
  await engine.run(new Promise<void>((resolve) => transport.onClose(resolve)));
  expect(engine.world.now).toBeGreaterThan(4_000);
});

/** A follower's connection, and whether it has ended. */
async function connected(
  { engine, connect, introduced }: Awaited<ReturnType<typeof listening>>,
  caller: { readonly lane: Lane; readonly bootEpoch?: number },
) {
  const transport = await connect();
  const state = { hasEnded: false };
  transport.onClose(() => {
    state.hasEnded = true;
  });
  await introduced(transport, secret, caller);
  await engine.pass(100);
  return state;
}

test('a follower has one connection for each lane, the one that it made last', async () => {
  const listener = await listening();
  const tail = await connected(listener, { lane: 'tail' });
  const catchUp = await connected(listener, { lane: 'catch-up' });
  expect([tail.hasEnded, catchUp.hasEnded]).toEqual([false, false]);
  const again = await connected(listener, { lane: 'catch-up' });
  expect([tail.hasEnded, catchUp.hasEnded, again.hasEnded]).toEqual([false, true, false]);
});

test('a new life of a follower ends the connections of the one before, which is let in no more', async () => {
  const listener = await listening();
  const before = [
    await connected(listener, { lane: 'tail' }),
    await connected(listener, { lane: 'catch-up' }),
  ];
  const now = await connected(listener, { lane: 'tail', bootEpoch: 4 });
  expect([...before, now].map((each) => each.hasEnded)).toEqual([true, true, false]);
  await expect(connected(listener, { lane: 'catch-up' })).rejects.toThrow('the connection ended');
  expect(now.hasEnded).toBe(false);
});
