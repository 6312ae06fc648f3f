import { recountEveryMs } from '../limits.ts';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, type Member, type Trace } from './broker-lives.ts';
import { CellClient, type Zone } from './cell-client.ts';
import { Disturbance } from './cell-disturbance.ts';
import { disturbCell, makeCellPeace } from './cell-faults.ts';
import { newBrokerOf, peersOf } from './cell-members.ts';
import { checkAll } from './check-all.ts';
import { watchCommits } from './commit-watcher.ts';
import { consume } from './consumer.ts';
import { drawFaults, noFaults } from './faults.ts';
import { checkJournal } from './journal/journal-peace.ts';
import { journalTopic } from './journal/journal-stage.ts';
import { openJournal } from './journal/open-journal.ts';
import { NearReads } from './near-reads.ts';
import { PlainReader } from './plain-reader.ts';
import { produce } from './producer.ts';
import { readAnywhere } from './reader.ts';
import { compareReplicas } from './replicas.ts';
import { journalShare, type Run, type Summary } from './simulate.ts';
import { clusterId, SimulatedCell } from './simulated-cell.ts';
import { type Access, Stage } from './stage.ts';
import { Violation, World } from './world.ts';

const troubleMs = 20_000;
const recoveryMs = 240_000;

/**
 * Plays a whole cell, its clients and all that goes wrong, from one seed: first trouble, then peace, in which
 * everything that was ever told must still be true, and all replicas must be the same. Throws a Violation that names
 * the seed.
 */
export async function simulateCell(run: Run, brokerCount: number): Promise<Summary> {
  await loadCompression();
  const world = new World(run.seed);
  const trace: Trace = (line) => run.trace?.(`${world.now.toFixed(3).padStart(12)} ${line}`);
  try {
    return await play(world, run, brokerCount, trace);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Violation(`seed ${run.seed}, ${world.now.toFixed(3)} ms: ${what}`, { cause });
  }
}

const rackOf = (brokerId: number) => `rack-${brokerId}`;

const membersOf = (brokerCount: number): Member[] =>
  Array.from({ length: brokerCount }, (_, index) => {
    const brokerId = index + 1;
    return { ...peersOf(brokerId), cellBrokers: brokerCount, rack: rackOf(brokerId), keepsPicture: true };
  });

async function play(world: World, run: Run, brokerCount: number, trace: Trace): Promise<Summary> {
  const { random } = world;
  const faults = { ...drawFaults(random), clockStepMs: Number.POSITIVE_INFINITY };
  trace(`faults ${JSON.stringify(faults)}`);
  const cell = new SimulatedCell(world, faults, run.bug ?? null);
  const members = membersOf(brokerCount);
  const brokers = members.map((member) => new BrokerLives(cell, member, faults, run.bug ?? null, trace));
  const hosts = members.map(({ host }) => host);
  const rowOf = (topic: string) => async (partition: number) => {
    const row = (await cell.metadata.findTopic(clusterId, topic))?.partitions[partition];
    if (row === undefined) throw new Error(`there is no partition ${partition}`);
    return row;
  };
  const clientsOf = (topic: string): Access['open'] => {
    const reads = new NearReads(cell.happened, rowOf(topic));
    // A consumer is in a zone, where it reads from followers, or does not say where it is.
    const drawZone = (): Zone | null =>
      stage.isOpen && random.chance(0.6) ? { rack: rackOf(random.integer(1, brokerCount)), reads } : null;
    return async (clientId) =>
      new CellClient({ world, network: cell.network, hosts, topic }, clientId, drawZone());
  };
  const access: Access = { open: clientsOf('topic'), reader: (of) => new PlainReader(of) };
  const hasJournal = random.chance(journalShare) ? run.hasJournal !== false : run.hasJournal === true;
  const partitionCount = hasJournal ? 1 : random.integer(1, 3);
  const stage = new Stage(world, access, cell.usage, cell.happened, partitionCount);
  // Which of the brokers restarted, and whose disk refused, no client can tell.
  stage.mayRefuse = true;
  stage.hasRestarted = true;
  const configs = { 'segment.ms': '3000', 'min.insync.replicas': random.pick(['1', '2', '2', '2', '3']) };
  await cell.prepare(stage.topic, stage.partitions.length, configs, members.map(newBrokerOf));
  for (const broker of brokers) broker.start();
  const latestMs = () => Math.max(...brokers.map(({ wallClock }) => wallClock.latestMs));
  const open = clientsOf(journalTopic);
  const around = { stage, cell, open, latestMs, brokerCount, configs, hasSteadyClock: true };
  const journal = hasJournal ? await openJournal(around) : null;
  for (const partition of stage.partitions) {
    world.start(produce(stage, `plain-${partition}`, partition, false));
    world.start(produce(stage, `idempotent-${partition}`, partition, true));
    // Makes tails that the leader alone has.
    if (random.chance(0.5)) world.start(produce(stage, `hasty-${partition}`, partition, false, 1));
  }
  for (let index = 0; index < random.integer(1, 3); index += 1)
    world.start(consume(stage, `consumer-${index}`));
  world.start(readAnywhere(stage));
  world.start(watchCommits(stage));
  const disturbance = new Disturbance({ world, cell, brokers, stage, trace });
  for (const actor of disturbCell(disturbance, faults)) world.start(actor);
  await world.run(troubleMs);
  stage.isOpen = false;
  cell.network.faults = noFaults;
  await makeCellPeace(disturbance);
  trace('peace');
  stage.mayRefuse = false;
  world.start(checkAll(stage, { ms: -1, bytes: -1 }, () => 0));
  if (journal !== null) world.start(checkJournal(journal));
  await world.run(world.now + recoveryMs, () => world.actorsRunning === 0);
  if (world.actorsRunning > 0) throw new Violation('in peace the log cannot be read');
  // What earlier lives and terms could not count is counted from the logs.
  await world.run(world.now + 3 * recountEveryMs);
  await stopAll(world, brokers);
  stage.usage.checkAcknowledged();
  await compareAll(cell, brokers, stage.topic);
  if (journal !== null) await compareAll(cell, brokers, journalTopic, journal.shape.rules.isCompacted);
  const { counts } = stage.history;
  const { lives } = disturbance;
  return {
    seed: run.seed,
    steps: world.steps,
    endedAtMs: world.now,
    lives,
    ...counts,
    happened: cell.happened.all(),
  };
}

async function compareAll(
  { world, metadata }: SimulatedCell,
  brokers: readonly BrokerLives[],
  name: string,
  isCompacted = false,
): Promise<void> {
  const topic = await metadata.findTopic(clusterId, name);
  for (const [index, { replicas }] of topic?.partitions.entries() ?? []) {
    const hosts = brokers.filter((broker) => replicas.includes(broker.brokerId));
    const disks = new Map(hosts.map((broker) => [broker.brokerId, broker.disk]));
    const dir = `${clusterId}/${topic?.topicId}-${index}`;
    await compareReplicas(disks, dir, isCompacted, (work) => during(world, work));
  }
}

async function stopAll(world: World, brokers: readonly BrokerLives[]): Promise<void> {
  for (const broker of brokers) broker.end('stopped');
  await world.run(world.now + recoveryMs, () => brokers.every((broker) => !broker.isThere));
  if (brokers.some((broker) => broker.isThere)) throw new Violation('a broker does not stop');
}

/** Lets time go on until the work is done. */
async function during<T>(world: World, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  await world.run(world.now + recoveryMs, () => isDone);
  return work;
}
