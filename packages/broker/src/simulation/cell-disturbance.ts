import { brokerLeaseMs } from '@weir/metadata-store/broker-rules';
import type { PartitionRecord, TopicRecord } from '@weir/metadata-store/model';
import type { BrokerLives, Ending, Trace } from './broker-lives.ts';
import type { SimulatedCell } from './simulated-cell.ts';
import type { DiskCopy } from './simulated-disk.ts';
import { storeHost } from './simulated-store.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

/** A lease that nobody can renew, and as long again. */
const staleMsMax = 2 * brokerLeaseMs;

/** Longer than a lease, an election, and word of it. */
export const awayMsMin = 3_000;

/** How many replicas a partition has at least. */
export const replicasMin = 2;

interface Disturbed {
  readonly world: World;
  readonly cell: SimulatedCell;
  readonly brokers: readonly BrokerLives[];
  readonly stage: Stage;
  readonly trace: Trace;
}

/** What goes wrong in a cell of several brokers, and to whom. */
export class Disturbance {
  readonly world: World;
  readonly cell: SimulatedCell;
  readonly brokers: readonly BrokerLives[];
  readonly stage: Stage;
  readonly trace: Trace;
  /** Until then a strike is under way, which nothing else is to spoil. */
  strikesUntilMs = 0;
  /** How many lives of brokers there were. */
  lives: number;
  /** Those whose disk was lost and who were not ready since. */
  private readonly lost = new Set<BrokerLives>();
  /** Whether a topic commits with one in sync. */
  isOneEnough = false;
  private readonly restsUntilMs = new Map<BrokerLives, number>();

  constructor({ world, cell, brokers, stage, trace }: Disturbed) {
    this.world = world;
    this.cell = cell;
    this.brokers = brokers;
    this.stage = stage;
    this.trace = trace;
    this.lives = brokers.length;
  }

  /** Begins a life, if there is none. */
  start(broker: BrokerLives): void {
    if (broker.isThere) return;
    this.lives += 1;
    broker.start();
  }

  /** Nobody starts it for as long. */
  rest(broker: BrokerLives, ms: number): void {
    this.restsUntilMs.set(broker, this.world.now + ms);
  }

  /** It ends, and others have long been elected when it is back. */
  endForLong(broker: BrokerLives): void {
    const { random } = this.world;
    this.rest(broker, awayMsMin + random.integer(0, 1_500));
    broker.end(random.pick<Ending>(['killed', 'power-cut']));
  }

  isResting(broker: BrokerLives): boolean {
    return this.world.now < (this.restsUntilMs.get(broker) ?? 0);
  }

  forgetReplaced(): void {
    for (const broker of this.lost) if (broker.isReady) this.lost.delete(broker);
    if (this.lost.size === 0) for (const { disk } of this.brokers) disk.isSpared = false;
  }

  /** Until it has said that its disk is lost, it may be made the only one in sync where another one's log fails. */
  private hasLostDisk(broker: BrokerLives): void {
    this.lost.add(broker);
    if (this.isOneEnough) for (const { disk } of this.brokers) disk.isSpared = true;
  }

  /** Nothing passes between the two for as long. */
  cutFor(one: BrokerLives, other: BrokerLives, ms: number): void {
    if (one === other) return;
    const { network } = this.cell;
    network.cut(one.host, other.host);
    network.cut(other.host, one.host);
    this.trace(`brokers ${one.brokerId} and ${other.brokerId} are cut off from each other`);
    this.world.after(ms, () => network.mendBetween(one.host, other.host));
  }

  /** From now on brokers are cut off from the store, which others learn before they do. */
  mayBeStale(): void {
    this.stage.staleMs = staleMsMax;
  }

  /** It reaches the store no more, and the store it, from then until then. */
  cutFromStore(broker: BrokerLives, fromMs: number, untilMs: number): void {
    const { network } = this.cell;
    this.mayBeStale();
    this.world.after(fromMs, () => {
      if (!this.stage.isOpen) return;
      network.cut(broker.host, storeHost);
      network.cut(storeHost, broker.host);
    });
    this.world.after(untilMs, () => network.mendBetween(broker.host, storeHost));
  }

  /** Somebody's disk was lost, and nothing was put in its place yet. */
  get hasLost(): boolean {
    return this.lost.size > 0;
  }

  /**
   * A disk is lost only while another one has all that is committed: nothing else could bring it back. So it is not
   * while the store may yet hear that somebody else is the only one, nor of one of two replicas, whose other one need
   * only be slow to be out of the ISR first; nor, where one in sync is enough, while another broker is gone: once that
   * one is fenced the one that lost its disk counts as the only one, until it says so. For as long the other disks
   * refuse nothing there.
   */
  async loseDisk(broker: BrokerLives, unheardMax = 0): Promise<void> {
    if (!(await this.mayLoseDisk(broker, unheardMax))) return;
    this.trace(`broker ${broker.brokerId} loses its disk`);
    broker.end('killed');
    broker.disk.lose();
    this.hasLostDisk(broker);
  }

  /**
   * The same, but that what was on it once comes back: of before what the directory was last known to hold, as what is
   * newer than that tells nobody that anything is missing. Says whether it did.
   */
  async setDiskBack(broker: BrokerLives, copy: DiskCopy): Promise<boolean> {
    if (!(await this.mayLoseDisk(broker, 0))) return false;
    const mark = /^mark=(\d+)/.exec(copy.get('probe')?.toString('latin1') ?? '')?.[1];
    const told = this.cell.store.marks.get(broker.brokerId) ?? 0;
    if (mark === undefined || Number(mark) >= told) return false;
    this.trace(`the disk of broker ${broker.brokerId} is set back to mark ${mark}`);
    this.cell.happened.add('disk set back');
    broker.end('killed');
    broker.disk.setBack(copy);
    this.hasLostDisk(broker);
    return true;
  }

  private async mayLoseDisk(broker: BrokerLives, unheardMax: number): Promise<boolean> {
    const topics = await topicsOf(this.cell);
    // One that ended while it started may have registered a life that its directory knows nothing of: it counts as lost.
    const others = new Set(
      this.brokers
        .filter((each) => each !== broker && !this.lost.has(each) && each.wasReady)
        .map((each) => each.brokerId),
    );
    this.isOneEnough = topics.some(({ configs }) => configs['min.insync.replicas'] === '1');
    // Where one in sync is enough, one whose disk refuses a write gives up in favour of any other that is.
    const holdersMin = this.isOneEnough ? 2 : 1;
    const isHeldElsewhere = ({ isr, eligibleReplicas, replicas, reassignment }: PartitionRecord) =>
      [...isr, ...eligibleReplicas].filter((id) => others.has(id)).length >= holdersMin &&
      reassignment === null &&
      (replicas.length > replicasMin || !replicas.includes(broker.brokerId));
    const areThere = this.brokers.every((each) => each === broker || each.isReady);
    const isSafe =
      (areThere || !this.isOneEnough) && topics.every(({ partitions }) => partitions.every(isHeldElsewhere));
    return isSafe && !this.hasLost && this.cell.store.unheard <= unheardMax;
  }
}

export async function topicsOf(cell: SimulatedCell): Promise<TopicRecord[]> {
  const { changes } = await cell.metadata.changesSince(0);
  return changes.flatMap((change) =>
    change.kind === 'topic' && change.topic !== null ? [change.topic] : [],
  );
}
