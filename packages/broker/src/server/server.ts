import type { Deps, Listener, Timer, Transport } from '../deps.ts';
import {
  bytesInFlightPerBrokerMax,
  bytesUnfinishedPerBrokerMax,
  connectionsUnauthenticatedMax,
  connectionsUnauthenticatedPerAddressMax,
} from '../limits.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import { MemoryInFlight } from '../memory/memory-in-flight.ts';
import { UnfinishedFrames } from '../memory/unfinished-frames.ts';
import { Connection, type ConnectionDeps } from './connection.ts';

/**
 * Accepts connections and keeps count of them. It listens before the broker knows its cell, since the
 * port is part of what it registers; who connects that early waits unread until `open`.
 */
export class Server {
  readonly #deps: Deps;
  readonly #pool: FramePool;
  readonly #connections = new Set<Connection>();
  readonly #memory = {
    inFlight: new MemoryInFlight(bytesInFlightPerBrokerMax),
    unfinished: new UnfinishedFrames(bytesUnfinishedPerBrokerMax),
  };
  #refused = 0;
  #early: Transport[] = [];
  #dispatcher: ConnectionDeps['dispatcher'] | null = null;
  #listener: Listener | null = null;
  #sweep: Timer | null = null;
  #nextId = 1;

  constructor(deps: Deps, pool: FramePool) {
    this.#deps = deps;
    this.#pool = pool;
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
    this.#sweepIdle();
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
    if (!this.#hasPlaceFor(transport.remoteAddress)) {
      this.#refused += 1;
      transport.destroy();
      return;
    }
    const connection = new Connection(
      { deps: this.#deps, pool: this.#pool, dispatcher: this.#dispatcher, memory: this.#memory },
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

  /** Who has not said who he is has a place among few, and one address has only some of them. */
  #hasPlaceFor(address: string): boolean {
    let all = 0;
    let fromAddress = 0;
    for (const connection of this.#connections) {
      if (connection.isAuthenticated) continue;
      all += 1;
      if (connection.remoteAddress === address) fromAddress += 1;
    }
    return all < connectionsUnauthenticatedMax && fromAddress < connectionsUnauthenticatedPerAddressMax;
  }

  #sweepIdle(): void {
    this.#sweep = this.#deps.clock.after(idleSweepMs, () => {
      for (const connection of this.#connections) connection.closeIfIdle();
      // One line for all of them: a flood of connections must not become a flood of lines.
      if (this.#refused > 0) this.#deps.log.warn('connections.refused', { count: this.#refused });
      this.#refused = 0;
      this.#sweepIdle();
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

const idleSweepMs = 10_000;
