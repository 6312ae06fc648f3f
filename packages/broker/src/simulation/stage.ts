import type { Happened } from './happened.ts';
import { History } from './history.ts';
import type { GroupReader } from './session-reader.ts';
import type { UsageLedger } from './usage-ledger.ts';
import type { Client } from './wire-client.ts';
import type { World } from './world.ts';

/** How the clients of a run get through to their cluster. */
export interface Access {
  /** Rejects when nobody listens. */
  readonly open: (clientId: string) => Promise<Client>;
  /** Reads on for a consumer. */
  reader(stage: Stage): GroupReader;
}

/** What the clients of a run share: one topic, brokers that come and go, one history. */
export class Stage {
  readonly world: World;
  readonly access: Access;
  readonly history: History;
  readonly usage: UsageLedger;
  readonly happened: Happened;
  readonly topic = 'topic';
  readonly partitions: readonly number[];
  /** Whether the clients go on. */
  isOpen = true;
  /** Whether the broker has begun another life since the run began. */
  hasRestarted = false;
  /** What lies in all partitions once all is at rest; not a number where retention took some of it. */
  bytesInPeace = Number.NaN;
  /** Which life of the broker it is. */
  life = 0;
  /** Whether the broker may tell its clients that its disk refused: it did, or the broker is stopping. */
  mayRefuse = false;
  /**
   * How old what a broker tells may be: one that is cut off from the store, and was heard of by others until these
   * followed another one, may go on for a lease more. 0 where nobody is cut off from the store.
   */
  staleMs = 0;

  constructor(world: World, access: Access, usage: UsageLedger, happened: Happened, partitionCount: number) {
    this.world = world;
    this.access = access;
    this.history = new History(() => world.now);
    this.usage = usage;
    this.happened = happened;
    this.partitions = Array.from({ length: partitionCount }, (_, index) => index);
  }

  /** The offset that any answer from now on must reach. */
  commitFloor(partition: number): number {
    return this.history.commits.of(this.place(partition), this.world.now - this.staleMs);
  }

  /** Where the partition ends at least. */
  endFloor(partition: number): number {
    return this.history.ends.of(this.place(partition), this.world.now - this.staleMs);
  }

  /** A partition's name in the history. */
  place(partition: number): string {
    return `${this.topic}-${partition}`;
  }

  /** The same connection while it holds, else a new one as soon as there is a broker; null when the stage closes. */
  async connect(
    clientId: string,
    present: Client | null = null,
    open: Access['open'] = this.access.open,
  ): Promise<Client | null> {
    if (present !== null && !present.isClosed) return this.isOpen ? present : null;
    while (this.isOpen) {
      const client = await this.tryConnect(clientId, open);
      if (client !== null) return client;
    }
    return null;
  }

  /** Null, after a while, when nothing listens: the broker is between two lives. */
  async tryConnect(clientId: string, open: Access['open'] = this.access.open): Promise<Client | null> {
    try {
      return await open(clientId);
    } catch {
      await this.world.sleep(this.world.delay(20, 300));
      return null;
    }
  }
}
