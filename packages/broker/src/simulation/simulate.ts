import type { SeededRandom } from '@weir/testing/seeded-random';
import { recountEveryMs } from '../limits.ts';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, type Ending, loneMember, simulatedBroker, type Trace } from './broker-lives.ts';
import { checkAll } from './check-all.ts';
import { consume } from './consumer.ts';
import { type Bug, drawFaults, type Faults, hasSoundDisk, noFaults } from './faults.ts';
import { checkJournal } from './journal/journal-peace.ts';
import { openJournal } from './journal/open-journal.ts';
import { PassingTopics } from './passing-topics.ts';
import { produce } from './producer.ts';
import { readAnywhere } from './reader.ts';
import { SessionReader } from './session-reader.ts';
import { type Configs, SimulatedCell } from './simulated-cell.ts';
import { type Access, Stage } from './stage.ts';
import { WireClient } from './wire-client.ts';
import { Violation, World } from './world.ts';

export interface Run {
  readonly seed: number;
  readonly bug?: Bug | null;
  /** Whether there is a journal; it is drawn if this is left out. */
  readonly hasJournal?: boolean;
  /** Told of everything that happens to the broker, with the simulated time in milliseconds. */
  readonly trace?: (line: string) => void;
}

/** What a run went through: to see that it was worth running, and that the same seed gives the same run. */
export interface Summary {
  readonly seed: number;
  readonly steps: number;
  readonly endedAtMs: number;
  readonly lives: number;
  readonly acknowledged: number;
  readonly read: number;
  readonly assigned: number;
  readonly committed: number;
  /** What happened inside of the broker, and how often. */
  readonly happened: Readonly<Record<string, number>>;
}

/** Of the runs so many have a journal, and less of the rest. */
export const journalShare = 0.4;

const troubleMs = 10_000;
const recoveryMs = 120_000;
/** Longer than a log that failed, and then could not be opened, rests. */
const restMs = 10_000;

/**
 * Plays one broker, its clients and all that goes wrong, from one seed: first trouble, then peace, in which
 * everything that was ever told must still be true. Throws a Violation that names the seed.
 */
export async function simulate(run: Run): Promise<Summary> {
  // Loaded from outside of simulated time, which must wait for nothing real.
  await loadCompression();
  const world = new World(run.seed);
  const trace: Trace = (line) => run.trace?.(`${world.now.toFixed(3).padStart(12)} ${line}`);
  try {
    return await play(world, run, trace);
  } catch (cause) {
    throw new Violation(`seed ${run.seed}, ${world.now.toFixed(3)} ms: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

async function play(world: World, run: Run, trace: Trace): Promise<Summary> {
  const { random } = world;
  const faults = drawFaults(random);
  trace(`faults ${JSON.stringify(faults)}`);
  const cell = new SimulatedCell(world, faults, run.bug ?? null);
  const broker = new BrokerLives(cell, loneMember, faults, run.bug ?? null, trace);
  const access: Access = {
    open: (clientId) => WireClient.connect(world, cell.network, clientId),
    reader: (of) => new SessionReader(of),
  };
  const hasJournal = random.chance(journalShare) ? run.hasJournal !== false : run.hasJournal === true;
  const partitionCount = hasJournal ? 1 : random.integer(1, 3);
  const stage = new Stage(world, access, cell.usage, cell.happened, partitionCount);
  stage.mayRefuse = !hasSoundDisk(faults);
  const configs = drawConfigs(random);
  await cell.prepare(stage.topic, stage.partitions.length, configs, [simulatedBroker]);
  broker.start();
  const lives = { count: 1 };
  startActors(world, broker, stage, faults, lives);
  const latestMs = () => broker.wallClock.latestMs;
  const hasSteadyClock = faults.clockStepMs === Number.POSITIVE_INFINITY;
  const around = { stage, cell, open: access.open, latestMs, brokerCount: 1, configs: {}, hasSteadyClock };
  const journal = hasJournal ? await openJournal(around) : null;
  const passing = new PassingTopics(stage, cell);
  world.start(passing.comeAndGo());
  await world.run(troubleMs);

  stage.isOpen = false;
  broker.disk.heal();
  cell.network.faults = noFaults;
  // Or the broker goes on as it is, and has to have recovered by itself.
  const end = random.pick<Ending | null>(['killed', 'power-cut', null]);
  await makePeace(world, broker, stage, end);
  trace('peace');
  stage.mayRefuse = false;
  const isWhole = lives.count === 1 && end === null && hasSoundDisk(faults);
  const retentionBytes = Number(configs['retention.bytes']);
  // Retention counts what was accepted; where that did not become durable, less is left.
  const bytes = isWhole ? retentionBytes : Math.min(retentionBytes, 0);
  const kept = { ms: Number(configs['retention.ms']), bytes };
  world.start(checkAll(stage, kept, latestMs));
  if (journal !== null) world.start(checkJournal(journal));
  await untilActorsEnd(world, 'the log cannot be read');
  // What earlier lives could not count is counted from the logs.
  await world.run(world.now + 3 * recountEveryMs);

  broker.end('stopped');
  await world.run(world.now + recoveryMs, () => !broker.isThere);
  if (broker.isThere) throw new Violation('the broker does not stop');
  // What a disk has refused is tried again, by and by.
  if (hasSoundDisk(faults)) await passing.checkDirectories(broker);
  if (hasSoundDisk(faults) && !Number.isNaN(stage.bytesInPeace))
    stage.usage.checkWritten(stage.topic, stage.bytesInPeace);
  stage.usage.check(lives.count === 1 && end === null && faults.disconnectRate === 0);
  const { counts } = stage.history;
  const happened = cell.happened.all();
  return {
    seed: run.seed,
    steps: world.steps,
    endedAtMs: world.now,
    lives: lives.count,
    ...counts,
    happened,
  };
}

/** Segments of seconds and kilobytes, and retention that a run sees, or the defaults. */
function drawConfigs(random: SeededRandom): Configs {
  return {
    'segment.ms': String(random.pick([500, 3_000, 600_000])),
    'retention.ms': String(random.pick([-1, -1, 3_000])),
    'retention.bytes': String(random.pick([-1, -1, 40_000])),
  };
}

function startActors(
  world: World,
  broker: BrokerLives,
  stage: Stage,
  faults: Faults,
  lives: { count: number },
): void {
  const { random } = world;
  world.start(disturb(world, broker, stage, faults.lifeMs, lives));
  world.start(setClock(world, broker, stage, faults.clockStepMs));
  for (const partition of stage.partitions) {
    world.start(produce(stage, `plain-${partition}`, partition, false));
    world.start(produce(stage, `idempotent-${partition}`, partition, true));
    if (random.chance(0.5)) world.start(produce(stage, `second-${partition}`, partition, true));
  }
  const consumers = random.integer(1, 3);
  for (let index = 0; index < consumers; index += 1) world.start(consume(stage, `consumer-${index}`));
  world.start(readAnywhere(stage));
}

/** Everybody ends what he is at: what is acknowledged only then is checked as well. */
async function makePeace(world: World, broker: BrokerLives, stage: Stage, end: Ending | null): Promise<void> {
  if (end !== null) broker.end(end);
  broker.start();
  stage.life += 1;
  await untilActorsEnd(world, 'a client still waits');
  // A log that failed rests for a moment before it is read again.
  await world.run(world.now + restMs);
  broker.start();
}

async function untilActorsEnd(world: World, otherwise: string): Promise<void> {
  await world.run(world.now + recoveryMs, () => world.actorsRunning === 0);
  if (world.actorsRunning > 0) throw new Violation(`after ${recoveryMs} ms of peace ${otherwise}`);
}

/** Ends the broker again and again, also while it is only just starting. */
async function disturb(
  world: World,
  broker: BrokerLives,
  stage: Stage,
  lifeMs: number,
  lives: { count: number },
): Promise<void> {
  const { random } = world;
  if (lifeMs === Number.POSITIVE_INFINITY) return superviseOnly(world, broker, stage);
  while (stage.isOpen) {
    await world.sleep(random.chance(0.2) ? world.delay(0, 60) : random.next() * lifeMs * 2);
    if (!stage.isOpen) return;
    const how = random.pick<Ending>(['killed', 'power-cut', 'power-cut', 'stopped']);
    const couldRefuse = stage.mayRefuse;
    // A broker that stops says so with the error that it has for a log that is not open.
    stage.mayRefuse = true;
    broker.end(how);
    await world.sleep(world.delay(1, 1_000));
    stage.hasRestarted = true;
    lives.count += 1;
    stage.life += 1;
    stage.mayRefuse = couldRefuse || broker.isThere;
    if (stage.isOpen) broker.start();
  }
}

/** What watches over the broker where nothing ends it: it starts one that could not start. */
async function superviseOnly(world: World, broker: BrokerLives, stage: Stage): Promise<void> {
  while (stage.isOpen) {
    await world.sleep(500);
    if (broker.isThere || !stage.isOpen) continue;
    stage.life += 1;
    broker.start();
  }
}

/** Sets the clock of the broker's machine, by minutes to hours, forward and back. */
async function setClock(world: World, broker: BrokerLives, stage: Stage, meanMs: number): Promise<void> {
  if (meanMs === Number.POSITIVE_INFINITY) return;
  while (stage.isOpen) {
    await world.sleep(world.random.next() * meanMs * 2);
    if (!stage.isOpen) return;
    stage.happened.add('wall clock step');
    broker.wallClock.step(world.random.pick([-1, 1]) * world.random.pick([60_000, 600_000, 7_200_000]));
  }
}
