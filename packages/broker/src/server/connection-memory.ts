import type { MemoryInFlight } from '../memory/memory-in-flight.ts';
import type { UnfinishedFrames } from '../memory/unfinished-frames.ts';

/** One scope in which memory is shared: a cluster's connections, or all of them. */
export interface SharedMemory {
  readonly inFlight: MemoryInFlight;
  readonly unfinished: UnfinishedFrames;
}

/** What one connection makes the broker hold, counted in every scope that it belongs to. */
export class ConnectionMemory {
  readonly #scopes: SharedMemory[];
  readonly #resume: () => void;
  /** Bytes of whole requests that are not answered. */
  inFlight = 0;
  #unfinished = 0;

  constructor(broker: SharedMemory, resume: () => void) {
    this.#scopes = [broker];
    this.#resume = resume;
  }

  /** The connection became one of a cluster: what it holds counts there as well from now on. */
  join(cluster: SharedMemory): void {
    if (this.#scopes.includes(cluster)) return;
    cluster.inFlight.take(this.inFlight);
    cluster.unfinished.change(this.#unfinished);
    this.#scopes.push(cluster);
  }

  take(bytes: number): void {
    this.inFlight += bytes;
    for (const { inFlight } of this.#scopes) inFlight.take(bytes);
  }

  giveBack(bytes: number): void {
    this.inFlight -= bytes;
    for (const { inFlight } of this.#scopes) inFlight.giveBack(bytes);
  }

  /** So many bytes have come of a frame that is not whole; 0: there is none. */
  holdUnfinished(bytes: number): void {
    const change = bytes - this.#unfinished;
    this.#unfinished = bytes;
    for (const { unfinished } of this.#scopes) {
      if (change !== 0) unfinished.change(change);
      if (bytes === 0 && change !== 0) unfinished.finished(this);
    }
  }

  /** Whether more may be read; if not, the connection hears when it is worth asking again. */
  hasRoom(): boolean {
    let hasRoom = true;
    for (const { inFlight, unfinished } of this.#scopes) {
      if (inFlight.isFull) {
        inFlight.whenRoom(this.#resume);
        hasRoom = false;
      }
      if (this.#unfinished > 0 && !unfinished.mayGoOn(this, this.#resume)) hasRoom = false;
    }
    return hasRoom;
  }

  /** The connection has ended. Requests under way give their bytes back as they are answered. */
  end(): void {
    this.holdUnfinished(0);
    for (const { inFlight, unfinished } of this.#scopes) {
      inFlight.forget(this.#resume);
      unfinished.finished(this);
    }
  }
}
