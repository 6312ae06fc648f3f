import type { SharedMemory } from '../memory/shared-memory.ts';

/** What the connections of a broker share. */
export interface BrokerMemory {
  readonly clusters: SharedMemory;
  /** Of those who have not said who they are: what clusters hold never keeps one of them out. */
  readonly strangers: SharedMemory;
  /** What each cluster may have in flight and unfinished, even where all together have too much. */
  readonly bytesInFlightFloor: number;
}

/** What one connection makes the broker hold, counted in every scope that it belongs to. */
export class ConnectionMemory {
  readonly #broker: BrokerMemory;
  readonly #resume: () => void;
  #own: SharedMemory;
  /** Bytes of whole requests that are not answered. */
  inFlight = 0;
  #unfinished = 0;

  constructor(broker: BrokerMemory, resume: () => void) {
    this.#broker = broker;
    this.#own = broker.strangers;
    this.#resume = resume;
  }

  /** The connection became one of a cluster: what it holds counts there from now on. */
  join(cluster: SharedMemory): void {
    if (this.#own !== this.#broker.strangers) return;
    const { inFlight } = this;
    const unfinished = this.#unfinished;
    this.giveBack(inFlight);
    this.holdUnfinished(0);
    this.#own = cluster;
    this.take(inFlight);
    this.holdUnfinished(unfinished);
  }

  take(bytes: number): void {
    this.inFlight += bytes;
    for (const { inFlight } of this.#scopes()) inFlight.take(bytes);
  }

  giveBack(bytes: number): void {
    this.inFlight -= bytes;
    for (const { inFlight } of this.#scopes()) inFlight.giveBack(bytes);
  }

  /** So many bytes have come of a frame that is not whole; 0: there is none. */
  holdUnfinished(bytes: number): void {
    const change = bytes - this.#unfinished;
    this.#unfinished = bytes;
    if (change === 0) return;
    for (const { unfinished } of this.#scopes()) {
      unfinished.change(change);
      if (bytes === 0) unfinished.finished(this);
    }
  }

  /** Whether more may be read; if not, the connection hears when it is worth asking again. */
  hasRoom(): boolean {
    const isInOwn = this.#isIn(this.#own);
    if (this.#own === this.#broker.strangers) return isInOwn;
    // Where all together hold too much, who holds little still has his floor.
    const { inFlight, unfinished } = this.#own;
    const isModest = inFlight.bytes + unfinished.bytes < this.#broker.bytesInFlightFloor;
    return isInOwn && (isModest || this.#isIn(this.#broker.clusters));
  }

  #isIn({ inFlight, unfinished }: SharedMemory): boolean {
    if (inFlight.isFull) {
      inFlight.whenRoom(this.#resume);
      return false;
    }
    return this.#unfinished === 0 || unfinished.mayGoOn(this, this.#resume);
  }

  /** The connection has ended. Requests under way give their bytes back as they are answered. */
  end(): void {
    this.holdUnfinished(0);
    for (const { inFlight, unfinished } of this.#scopes()) {
      inFlight.forget(this.#resume);
      unfinished.finished(this);
    }
  }

  #scopes(): readonly SharedMemory[] {
    return this.#own === this.#broker.strangers ? [this.#own] : [this.#own, this.#broker.clusters];
  }
}
