import type { Happened } from './happened.ts';
import { History } from './history.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { UsageLedger } from './usage-ledger.ts';
import { WireClient } from './wire-client.ts';
import type { World } from './world.ts';

/** What the clients of a run share: one topic, one broker that comes and goes, one history. */
export class Stage {
  readonly world: World;
  readonly network: SimulatedNetwork;
  readonly history: History;
  readonly usage: UsageLedger;
  readonly happened: Happened;
  readonly topic = 'topic';
  readonly partitions: readonly number[];
  /** Whether the clients go on. */
  isOpen = true;
  /** Whether the broker has begun another life since the run began. */
  hasRestarted = false;
  /** Which life of the broker it is. */
  life = 0;
  /** Whether the broker may tell its clients that its disk refused: it did, or the broker is stopping. */
  mayRefuse = false;

  constructor(
    world: World,
    network: SimulatedNetwork,
    usage: UsageLedger,
    happened: Happened,
    partitionCount: number,
  ) {
    this.world = world;
    this.network = network;
    this.history = new History();
    this.usage = usage;
    this.happened = happened;
    this.partitions = Array.from({ length: partitionCount }, (_, index) => index);
  }

  /** A partition's name in the history. */
  place(partition: number): string {
    return `${this.topic}-${partition}`;
  }

  /** The same connection while it holds, else a new one as soon as there is a broker; null when the stage closes. */
  async connect(clientId: string, present: WireClient | null = null): Promise<WireClient | null> {
    if (present !== null && !present.isClosed) return this.isOpen ? present : null;
    while (this.isOpen) {
      const client = await this.tryConnect(clientId);
      if (client !== null) return client;
    }
    return null;
  }

  /** Null, after a while, when nothing listens: the broker is between two lives. */
  async tryConnect(clientId: string): Promise<WireClient | null> {
    try {
      return await WireClient.connect(this.world, this.network, clientId);
    } catch {
      await this.world.sleep(this.world.delay(20, 300));
      return null;
    }
  }
}
