import type { BrokerLives, Ending } from './broker-lives.ts';
import { type Disturbance, topicsOf } from './cell-disturbance.ts';
import { askForLeaders } from './cell-elections.ts';
import { countMoves, moveReplicas } from './cell-moves.ts';
import { leaveInTurn, strikeAtElections, strikeAtJoins, strikeAtRefusals } from './cell-strikes.ts';
import type { Faults } from './faults.ts';
import type { SimulatedCell } from './simulated-cell.ts';
import { storeHost } from './simulated-store.ts';
import { Violation } from './world.ts';

const settledMsMax = 120_000;
/** Longer than a log that failed, and then could not be opened, rests; and than an idle follower may be behind. */
const restMs = 40_000;

/** Those who disturb: brokers end and begin again, the network is cut, the store is away, disks are slow or lost. */
export function disturbCell(at: Disturbance, faults: Faults): Promise<void>[] {
  const { random } = at.world;
  const actors = [superviseBrokers(at)];
  countMoves(at);
  if (random.chance(0.5)) actors.push(moveReplicas(at));
  if (random.chance(0.4)) actors.push(askForLeaders(at));
  if (random.chance(0.4)) {
    // Where so much goes wrong at once no fault gets to do its worst.
    if (random.chance(0.6)) strikeAtJoins(at, 1);
    else strikeAtElections(at, 1);
    return [...actors, leaveInTurn(at)];
  }
  if (faults.lifeMs !== Number.POSITIVE_INFINITY) actors.push(endBrokers(at, faults.lifeMs));
  if (random.chance(0.5)) actors.push(cutNetwork(at));
  if (random.chance(0.4)) actors.push(isolateBrokers(at));
  if (random.chance(0.4)) actors.push(loseDisks(at));
  if (random.chance(0.7)) actors.push(setDisksBack(at));
  if (random.chance(0.4)) at.cell.store.lostAnswerRate = 0.1;
  const registrationDelayMs = () => (random.chance(0.3) ? random.integer(10, 1_400) : 0);
  if (random.chance(0.4)) at.cell.store.registrationDelayMs = registrationDelayMs;
  if (random.chance(0.4)) actors.push(sendStoreAway(at));
  if (random.chance(0.4)) actors.push(slowDisks(at));
  if (random.chance(0.5)) strikeAtJoins(at, 0.5);
  if (random.chance(0.5)) strikeAtElections(at, 0.5);
  if (random.chance(0.5)) strikeAtRefusals(at);
  return actors;
}

/** Starts whoever is not there, after a while. */
async function superviseBrokers(at: Disturbance): Promise<void> {
  const { world, stage, brokers } = at;
  const { random } = world;
  // Sooner than a lease is over, or later.
  const chance = random.pick([0.5, 0.2]);
  while (stage.isOpen) {
    await world.sleep(world.delay(50, 1_500));
    for (const broker of brokers) {
      if (!broker.isThere && !at.isResting(broker) && random.chance(chance)) at.start(broker);
    }
    at.forgetReplaced();
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
    const [one] = whose;
    if (one === undefined || how === 'stopped' || !random.chance(0.3)) continue;
    // It is there again before anybody has noticed, and leads on; some of the others hear of it later.
    at.start(one);
    for (const other of brokers) if (random.chance(0.5)) at.cutFor(one, other, world.delay(100, 3_000));
  }
}

/** Cuts somebody off, from some or all, one way or both, for a moment or for longer than a lease. */
async function cutNetwork(at: Disturbance): Promise<void> {
  const { world, stage, brokers, cell } = at;
  const { random } = world;
  at.mayBeStale();
  while (stage.isOpen) {
    await world.sleep(world.delay(500, 6_000));
    if (!stage.isOpen) break;
    const hosts = [...brokers.map((broker) => broker.host), storeHost];
    const one = random.pick(hosts);
    const share = random.pick([0.5, 0.8, 1]);
    for (const other of hosts) {
      if (other === one) continue;
      if (random.chance(share)) cell.network.cut(one, other);
      if (random.chance(share)) cell.network.cut(other, one);
    }
    at.trace(`the network is cut around ${one}`);
    await world.sleep(random.chance(0.3) ? random.integer(2_500, 12_000) : world.delay(100, 6_000));
    cell.network.mend();
    at.trace('the network is whole');
  }
  cell.network.mend();
}

/**
 * Somebody sees nobody else of the cell, and clients see him as ever: for so long that others have led, and taken
 * records, for longer than what he tells may be old.
 */
async function isolateBrokers(at: Disturbance): Promise<void> {
  const { world, stage, brokers, cell } = at;
  const { random } = world;
  at.mayBeStale();
  while (stage.isOpen) {
    await world.sleep(random.integer(1_000, 4_000));
    if (!stage.isOpen) return;
    const one = random.pick(brokers);
    const others = [...brokers.filter((broker) => broker !== one).map(({ host }) => host), storeHost];
    for (const other of others) {
      cell.network.cut(one.host, other);
      cell.network.cut(other, one.host);
    }
    at.trace(`broker ${one.brokerId} is alone`);
    cell.happened.add('broker alone');
    const untilMs = world.now + random.integer(8_000, 11_000);
    while (stage.isOpen && world.now < untilMs) await world.sleep(200);
    for (const other of others) cell.network.mendBetween(one.host, other);
    at.trace(`broker ${one.brokerId} is not alone any more`);
  }
}

/** Nobody reaches the store, for a moment or for longer than all leases. */
async function sendStoreAway(at: Disturbance): Promise<void> {
  const { world, stage, cell } = at;
  at.mayBeStale();
  while (stage.isOpen) {
    await world.sleep(world.delay(1_000, 12_000));
    if (!stage.isOpen) return;
    cell.store.goAway();
    at.trace('the store is away');
    if (world.random.chance(0.5)) await startWithoutStore(at);
    await world.sleep(world.random.integer(100, 6_000));
    cell.store.comeBack();
    at.trace('the store is there');
  }
}

/** What a broker has accepted others then have long before itself; and that may be when its power goes. */
async function slowDisks(at: Disturbance): Promise<void> {
  const { world, stage, brokers } = at;
  const { random } = world;
  while (stage.isOpen) {
    await world.sleep(world.delay(500, 6_000));
    if (!stage.isOpen) return;
    const broker = random.pick(brokers);
    const ms = random.integer(300, 3_000);
    broker.disk.slowUntilMs = world.now + ms;
    at.trace(`the disk of broker ${broker.brokerId} is slow`);
    await world.sleep(ms);
    if (!stage.isOpen || !random.chance(0.5)) continue;
    broker.end('power-cut');
    at.start(broker);
    for (const other of brokers) if (random.chance(0.5)) at.cutFor(broker, other, world.delay(100, 2_000));
  }
}

/** Somebody ends while nobody reaches the store, or the whole building is without power, and is there again before it. */
async function startWithoutStore(at: Disturbance): Promise<void> {
  const { world, brokers } = at;
  const { random } = world;
  await world.sleep(world.delay(0, 1_000));
  for (const broker of random.chance(0.3) ? brokers : [random.pick(brokers)]) {
    broker.end(random.pick<Ending>(['killed', 'power-cut']));
    at.start(broker);
  }
  // A driver has to lose its patience first.
  await world.sleep(random.integer(1_500, 4_000));
}

async function loseDisks(at: Disturbance): Promise<void> {
  const { world, stage, brokers } = at;
  while (stage.isOpen) {
    await world.sleep(world.delay(2_000, 10_000));
    if (!stage.isOpen) return;
    const broker = world.random.pick(brokers);
    await at.loseDisk(broker);
    if (world.random.chance(0.5)) at.start(broker);
  }
}

/** A copy of a disk, made while its broker lives, takes its place later: in the same life mostly, and within its lease. */
async function setDisksBack(at: Disturbance): Promise<void> {
  const { world, stage, brokers } = at;
  const { random } = world;
  while (stage.isOpen) {
    await world.sleep(random.integer(500, 2_000));
    const broker = random.pick(brokers);
    const copy = broker.disk.copy();
    if (!copy.has('probe')) continue;
    await world.sleep(random.integer(1_200, 3_000));
    const untilMs = world.now + 10_000;
    while (stage.isOpen && world.now < untilMs) {
      if (!(await at.setDiskBack(broker, copy))) await world.sleep(200);
      else {
        if (random.chance(0.5)) registerLate(at, broker);
        if (random.chance(0.8)) at.start(broker);
        break;
      }
    }
  }
}

/**
 * It is there again, and the store hears of it only later; of the others one begins anew meanwhile, and knows to be
 * committed what it has written down.
 */
function registerLate(at: Disturbance, broker: BrokerLives): void {
  const { random } = at.world;
  at.cell.store.registersAfterMs.set(broker.brokerId, random.integer(300, 1_400));
  const other = random.pick(at.brokers);
  // Where one in sync is enough it must not come to be that one.
  if (other === broker || at.isOneEnough) return;
  other.end('killed');
  at.start(other);
}

/** Everything is mended, everybody is there, and all replicas come to be in sync, and stay it though nothing is written. */
export async function makeCellPeace(at: Disturbance): Promise<void> {
  const { world, cell, brokers } = at;
  cell.network.mend();
  cell.store.lostAnswerRate = 0;
  cell.store.registrationDelayMs = () => 0;
  cell.store.registersAfterMs.clear();
  cell.store.onQuestion = () => null;
  cell.store.comeBack();
  for (const broker of brokers) broker.disk.heal();
  await world.run(world.now + settledMsMax, () => world.actorsRunning === 0);
  if (world.actorsRunning > 0) throw new Violation('in peace a client still waits');
  at.stage.staleMs = 0;
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

/** A partition of which not all replicas are in sync, or where they are to be; null: there is none. */
async function lagging(cell: SimulatedCell): Promise<string | null> {
  for (const { name, partitions } of await topicsOf(cell)) {
    const index = partitions.findIndex(
      (row) => row.leader < 0 || row.isr.length < row.replicas.length || row.reassignment !== null,
    );
    if (index >= 0) return `${name}-${index} ${JSON.stringify(partitions[index])}`;
  }
  return null;
}
