import type { Deps, Listener, Timer, Transport } from '../deps.ts';
import {
  bytesInFlightPerBrokerMax,
  bytesInFlightUnauthenticatedMax,
  bytesUnfinishedPerBrokerMax,
  connectionsUnauthenticatedMax,
} from '../limits.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import { MemoryInFlight } from '../memory/memory-in-flight.ts';
import { UnfinishedFrames } from '../memory/unfinished-frames.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { Connection, type ConnectionDeps } from './connection.ts';
import { Strangers } from './strangers.ts';

/**
 * Accepts connections and keeps count of them. It listens before the broker knows its cell, since the
 * port is part of what it registers; who connects that early waits unread until `open`.
 */
export class Server {
  readonly #deps: Deps;
  readonly #pool: FramePool;
  readonly #connections = new Set<Connection>();
  readonly #memory = {
    clusters: {
      inFlight: new MemoryInFlight(bytesInFlightPerBrokerMax),
      unfinished: new UnfinishedFrames(bytesUnfinishedPerBrokerMax),
    },
    strangers: {
      inFlight: new MemoryInFlight(bytesInFlightUnauthenticatedMax),
      unfinished: new UnfinishedFrames(bytesInFlightUnauthenticatedMax),
    },
  };
  readonly #scheduler: Scheduler;
  readonly #strangers = new Strangers();
  #refused = 0;
  #early: Transport[] = [];
  #dispatcher: ConnectionDeps['dispatcher'] | null = null;
  #listener: Listener | null = null;
  #sweep: Timer | null = null;
  #nextId = 1;

  constructor(deps: Deps, pool: FramePool, scheduler: Scheduler) {
    this.#deps = deps;
    this.#pool = pool;
    this.#scheduler = scheduler;
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
    if (!this.#strangers.hasPlaceFor(transport.remoteAddress)) {
      this.#refused += 1;
      transport.destroy();
      return;
    }
    if (this.#strangers.makeRoom()) this.#refused += 1;
    const connection = new Connection(
      {
        deps: this.#deps,
        pool: this.#pool,
        dispatcher: this.#dispatcher,
        memory: this.#memory,
        scheduler: this.#scheduler,
        strangers: this.#strangers,
      },
      transport,
      this.#nextId,
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
      for (const connection of this.#connections) connection.sweep();
      // One line for all of them: a flood of connections must not become a flood of lines.
      if (this.#refused > 0) this.#deps.log.warn('connections.refused', { count: this.#refused });
      this.#refused = 0;
      this.#sweepConnections();
    });
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

const sweepMs = 5_000;
