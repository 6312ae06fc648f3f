import type { TopicRecord } from '@weir/metadata-store/model';
import type { BrokerLives, Ending, Trace } from './broker-lives.ts';
import type { Faults } from './faults.ts';
import type { SimulatedCell } from './simulated-cell.ts';
import { storeHost } from './simulated-store.ts';
import type { Stage } from './stage.ts';
import { Violation, type World } from './world.ts';

/** What goes wrong in a cell of several brokers, and to whom. */
export interface Disturbance {
  readonly world: World;
  readonly cell: SimulatedCell;
  readonly brokers: readonly BrokerLives[];
  readonly stage: Stage;
  readonly trace: Trace;
  /** How many lives of brokers there were. */
  lives: number;
}

const settledMsMax = 120_000;
/** Longer than a log that failed, and then could not be opened, rests; and than an idle follower may be behind. */
const restMs = 40_000;

/** Those who disturb: brokers end and begin again, the network is cut, the store is away, disks are lost. */
export function disturbCell(at: Disturbance, faults: Faults): Promise<void>[] {
  const { random } = at.world;
  const lost = new Set<BrokerLives>();
  const actors = [superviseBrokers(at, lost)];
  if (faults.lifeMs !== Number.POSITIVE_INFINITY) actors.push(endBrokers(at, faults.lifeMs));
  if (random.chance(0.5)) actors.push(cutNetwork(at));
  if (random.chance(0.4)) actors.push(loseDisks(at, lost));
  if (random.chance(0.4)) at.cell.store.lostAnswerRate = 0.1;
  return actors;
}

/** Starts whoever is not there, after a while. */
async function superviseBrokers(at: Disturbance, lost: Set<BrokerLives>): Promise<void> {
  const { world, stage, brokers } = at;
  while (stage.isOpen) {
    await world.sleep(world.delay(50, 1_500));
    for (const broker of brokers) {
      if (broker.isThere || !world.random.chance(0.5)) continue;
      at.lives += 1;
      broker.start();
    }
    for (const broker of lost) if (broker.isReady) lost.delete(broker);
  }
}

async function endBrokers(at: Disturbance, lifeMs: number): Promise<void> {
  const { world, stage, brokers } = at;
  const { random } = world;
  while (stage.isOpen) {
    await world.sleep(random.next() * lifeMs * 2);
    if (!stage.isOpen) return;
    const how = random.pick<Ending>(['killed', 'power-cut', 'stopped']);
    // Now and then the whole building is without power.
    const whose = random.chance(0.1) ? brokers : [random.pick(brokers)];
    for (const broker of whose) broker.end(how);
  }
}

/** Cuts somebody off, from some or all, one way or both, for a moment or for longer than a lease. */
async function cutNetwork(at: Disturbance): Promise<void> {
  const { world, stage, brokers, cell } = at;
  const { random } = world;
  while (stage.isOpen) {
    await world.sleep(world.delay(500, 6_000));
    if (!stage.isOpen) break;
    const hosts = [...brokers.map((broker) => broker.host), storeHost];
    const one = random.pick(hosts);
    for (const other of hosts) {
      if (other === one || random.chance(0.3)) continue;
      if (random.chance(0.8)) cell.network.cut(one, other);
      if (random.chance(0.8)) cell.network.cut(other, one);
    }
    at.trace(`the network is cut around ${one}`);
    await world.sleep(world.delay(100, 6_000));
    cell.network.mend();
    at.trace('the network is whole');
  }
  cell.network.mend();
}

/** A disk is lost only while another one has all that is committed: nothing else could bring it back. */
async function loseDisks(at: Disturbance, lost: Set<BrokerLives>): Promise<void> {
  const { world, stage, brokers, cell } = at;
  while (stage.isOpen) {
    await world.sleep(world.delay(2_000, 10_000));
    if (!stage.isOpen) return;
    const broker = world.random.pick(brokers);
    const topics = await topicsOf(cell);
    const others = new Set(
      brokers.filter((each) => each !== broker && !lost.has(each)).map((each) => each.brokerId),
    );
    const isSafe = topics.every((topic) =>
      topic.partitions.every((row) => [...row.isr, ...row.eligibleReplicas].some((id) => others.has(id))),
    );
    if (!isSafe || lost.size > 0) continue;
    at.trace(`broker ${broker.brokerId} loses its disk`);
    broker.end('killed');
    broker.disk.lose();
    lost.add(broker);
  }
}

async function topicsOf(cell: SimulatedCell): Promise<TopicRecord[]> {
  const { changes } = await cell.metadata.changesSince(0);
  return changes.flatMap((change) =>
    change.kind === 'topic' && change.topic !== null ? [change.topic] : [],
  );
}

/** Everything is mended, everybody is there, and all replicas come to be in sync, and stay it though nothing is written. */
export async function makeCellPeace(at: Disturbance): Promise<void> {
  const { world, cell, brokers } = at;
  cell.network.mend();
  cell.store.lostAnswerRate = 0;
  for (const broker of brokers) broker.disk.heal();
  await world.run(world.now + settledMsMax, () => world.actorsRunning === 0);
  if (world.actorsRunning > 0) throw new Violation('in peace a client still waits');
  for (const until = world.now + settledMsMax; (await lagging(cell)) !== null || !areReady(brokers); ) {
    if (world.now > until) throw notInSync(await lagging(cell));
    for (const broker of brokers) broker.start();
    await world.run(world.now + 1_000);
  }
  await world.run(world.now + restMs);
  const later = await lagging(cell);
  if (later !== null) throw notInSync(later);
}

const areReady = (brokers: readonly BrokerLives[]): boolean => brokers.every((broker) => broker.isReady);

const notInSync = (what: string | null) => new Violation(`in peace not everybody is in sync: ${what}`);

/** A partition of which not all replicas are in sync; null: there is none. */
async function lagging(cell: SimulatedCell): Promise<string | null> {
  for (const { name, partitions } of await topicsOf(cell)) {
    const index = partitions.findIndex((row) => row.leader < 0 || row.isr.length < row.replicas.length);
    if (index >= 0) return `${name}-${index} ${JSON.stringify(partitions[index])}`;
  }
  return null;
}
