import { unnamedDoor } from '../cluster/door.ts';
import type { Random } from '../deps.ts';
import type { Answer, Ordered, Started } from '../dispatch/answer.ts';
import type { ClientState } from '../dispatch/client-state.ts';
import { engineBounds } from '../engine-bounds.ts';
import { bytesInFlightFloor, bytesInFlightPerBrokerMax } from '../limits.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { sharedMemory as memoryScope } from '../memory/shared-memory.ts';
import type { UnfinishedFrames } from '../memory/unfinished-frames.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { Connection } from '../server/connection.ts';
import type { BrokerMemory } from '../server/connection-memory.ts';
import { Strangers } from '../server/strangers.ts';
import { Engine } from './engine-for-tests.ts';
import { identityOf, noMetadata } from './identity-for-tests.ts';
import { TestTransport } from './transport-for-tests.ts';

const random: Random = { bytes: (length) => Buffer.alloc(length), below: () => 0 };

export interface Asked {
  readonly body: string;
  answer(answer?: Partial<Answer>): void;
  orderedNow(): void;
}

export function sharedMemory(unfinishedBytesMax = 1 << 20): BrokerMemory {
  const scope = () => memoryScope(bytesInFlightPerBrokerMax, unfinishedBytesMax);
  return { clusters: scope(), strangers: scope(), bytesInFlightFloor };
}

/** A connection whose requests the test answers. `ordered` by default as soon as it started. */
export function connect(
  options: {
    authenticated?: boolean;
    ordered?: Ordered;
    memory?: BrokerMemory;
    /** Of the cluster, in place of its own. */
    unfinished?: UnfinishedFrames;
  } = {},
) {
  const engine = new Engine();
  const transport = new TestTransport();
  const memory = options.memory ?? sharedMemory();
  const pool = new FramePool(1 << 20, true);
  const asked: Asked[] = [];
  const identity = identityOf();
  if (options.unfinished !== undefined) {
    Object.assign(identity.cluster.memory, { unfinished: options.unfinished });
  }
  const state = { isDisconnected: false, client: null as ClientState | null };
  const dispatcher = {
    connected(connectionId: number, host: string, close: (reason: string) => void): ClientState {
      const client: ClientState = {
        connectionId,
        host,
        door: unnamedDoor,
        identity: options.authenticated === false ? null : identity,
        sasl: { kind: 'none' },
        expiresAt: null,
        membership: null,
        software: null,
        secretUse: null,
        hasEnded: false,
        endListeners: new Set(),
        close,
      };
      state.client = client;
      return client;
    },
    disconnected() {
      state.isDisconnected = true;
    },
    dispatch(_client: ClientState, frame: { buffer: Buffer; length: number }): Started {
      const body = frame.buffer.toString('latin1', 0, frame.length);
      const settled = Promise.withResolvers<Answer>();
      const order = Promise.withResolvers<void>();
      const answer = (part: Partial<Answer> = {}) =>
        settled.resolve({
          buffers: [Buffer.from(`<${body}>`)],
          frames: [],
          throttleMs: 0,
          close: null,
          ...part,
        });
      asked.push({ body, answer, orderedNow: () => order.resolve() });
      const ordered = options.ordered ?? 'now';
      return {
        kind: 'pending',
        ordered: ordered instanceof Promise ? order.promise : ordered,
        answer: settled.promise,
      };
    },
  };
  const deps = {
    ...engine,
    clock: engine.clock,
    log: engine.log,
    disk: engine.disk,
    random,
    usage: noUsage,
    ...noMetadata,
  };
  const scheduler = new Scheduler(engine.clock, engine.log);
  const shared = {
    deps,
    pool,
    dispatcher,
    memory,
    scheduler,
    strangers: new Strangers(),
    bounds: engineBounds,
  };
  const connection = new Connection(shared, transport, 1, unnamedDoor);
  transport.onClose(() => connection.ended());
  const sent = () => transport.written.join('');
  const send = (...bodies: string[]) => transport.receive(Buffer.concat(bodies.map(framed)));
  return { engine, transport, memory, pool, asked, state, identity, connection, sent, send };
}

/** A body that begins as a produce request does. */
export const produce = (bytes: number) => '\0\0'.padEnd(bytes, 'x');

export function framed(body: string): Buffer {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeInt32BE(body.length);
  frame.write(body, 4, 'latin1');
  return frame;
}
