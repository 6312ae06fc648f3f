import { Doors } from '../cluster/door.ts';
import type { Deps, Listener, Timer, Transport } from '../deps.ts';
import { type EngineBounds, engineBounds } from '../engine-bounds.ts';
import { connectionsUnauthenticatedMax } from '../limits.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import { sharedMemory } from '../memory/shared-memory.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { Connection, type ConnectionDeps } from './connection.ts';
import type { BrokerMemory } from './connection-memory.ts';
import { limitedLog } from './limited-log.ts';
import { Strangers } from './strangers.ts';

/**
 * Accepts connections and keeps count of them. It listens before the broker knows its cell, since the
 * port is part of what it registers; who connects that early waits unread until `open`.
 */
export class Server {
  readonly #deps: Deps;
  readonly #pool: FramePool;
  readonly #connections = new Set<Connection>();
  readonly #bounds: EngineBounds;
  /** What connections make the broker hold. */
  readonly memory: BrokerMemory;
  readonly #scheduler: Scheduler;
  readonly #doors: Doors;
  readonly #strangers = new Strangers();
  #early: Transport[] = [];
  #dispatcher: ConnectionDeps['dispatcher'] | null = null;
  #listener: Listener | null = null;
  #sweep: Timer | null = null;
  #nextId = 1;

  constructor(
    deps: Deps,
    pool: FramePool,
    scheduler: Scheduler,
    bounds: EngineBounds = engineBounds,
    doors = new Doors(0, null),
  ) {
    this.#deps = { ...deps, log: limitedLog(deps.log, deps.clock) };
    this.#pool = pool;
    this.#scheduler = scheduler;
    this.#doors = doors;
    this.#bounds = bounds;
    const { bytesInFlightUnauthenticatedMax: ofStrangers, bytesInFlightFloor } = bounds;
    this.memory = {
      clusters: sharedMemory(bounds.bytesInFlightPerBrokerMax, bounds.bytesUnfinishedPerBrokerMax),
      strangers: sharedMemory(ofStrangers, ofStrangers),
      bytesInFlightFloor,
    };
  }

  /** Resolves with the port, which is the system's to choose if 0 was asked for. */
  async listen(host: string, port: number): Promise<number> {
    this.#listener = await this.#deps.network.listen(host, port, (transport) => this.#accept(transport));
    return this.#listener.port;
  }

  /** Starts to serve. */
  open(dispatcher: ConnectionDeps['dispatcher']): void {
    this.#dispatcher = dispatcher;
    const early = this.#early;
    this.#early = [];
    for (const transport of early) {
      transport.resume();
      this.#accept(transport);
    }
    this.#sweepConnections();
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  #accept(transport: Transport): void {
    if (this.#dispatcher === null) {
      transport.pause();
      this.#early.push(transport);
      transport.onClose(() => {
        this.#early = this.#early.filter((each) => each !== transport);
      });
      if (this.#early.length > connectionsUnauthenticatedMax) this.#early.shift()?.destroy();
      return;
    }
    const door = this.#doors.doorOf(transport.serverName);
    if (door === null) {
      this.#deps.log.warn('connection.to-another-broker', {
        from: transport.remoteAddress,
        name: transport.serverName ?? null,
      });
      transport.destroy();
      return;
    }
    const connection = new Connection(
      {
        deps: this.#deps,
        pool: this.#pool,
        dispatcher: this.#dispatcher,
        memory: this.memory,
        bounds: this.#bounds,
        scheduler: this.#scheduler,
        strangers: this.#strangers,
      },
      transport,
      this.#nextId,
      door,
    );
    this.#nextId += 1;
    this.#connections.add(connection);
    transport.onClose(() => {
      this.#connections.delete(connection);
      connection.ended();
    });
  }

  #sweepConnections(): void {
    this.#sweep = this.#deps.clock.after(sweepMs, () => {
      // One line for all of them: a flood of connections must not become a flood of lines.
      const displaced = this.#strangers.takeDisplaced();
      if (displaced > 0) this.#deps.log.warn('connections.displaced', { count: displaced });
      this.#sweepSome([...this.#connections], 0);
    });
  }

  /** A few at a time: who is listened to for a moment may have sent something, and that is read. */
  #sweepSome(connections: readonly Connection[], from: number): void {
    const next = from + Math.max(sweptAtOnceMin, Math.ceil(connections.length / sweepSlices));
    for (const connection of connections.slice(from, next)) connection.sweep();
    if (next >= connections.length) this.#sweepConnections();
    else this.#sweep = this.#deps.clock.after(sweepSliceMs, () => this.#sweepSome(connections, next));
  }

  /** Takes no more connections, lets running requests be answered for a moment, then closes all. */
  async close(graceMs: number): Promise<void> {
    this.#sweep?.cancel();
    const listenerClosed = this.#listener?.close();
    for (const transport of this.#early) transport.destroy();
    for (const connection of this.#connections) connection.drain();
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#deps.clock.after(graceMs, resolve);
      });
    }
    for (const connection of this.#connections) connection.close('the broker is stopping');
    await listenerClosed;
  }
}

/** When a broker stops, or waits no more: so long what was asked may be answered. */
export const drainMs = 500;
/** A key that has expired keeps its connections no longer than five seconds. */
const sweepMs = 3_000;
/** What a round over all connections is divided into, this long after each other: it takes a second at most. */
const sweepSlices = 100;
const sweepSliceMs = 10;
const sweptAtOnceMin = 4;
