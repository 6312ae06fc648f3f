import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, type Ending, type Trace } from './broker-lives.ts';
import { consume } from './consumer.ts';
import { type Bug, drawFaults, noFaults } from './faults.ts';
import { History, readRecords, type SeenRecord } from './history.ts';
import { produce } from './producer.ts';
import { Stage } from './stage.ts';
import { NoAnswer, type WireClient } from './wire-client.ts';
import { Violation, World } from './world.ts';

export interface Run {
  readonly seed: number;
  readonly bug?: Bug | null;
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
}

const troubleMs = 10_000;
const recoveryMs = 120_000;

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
  const broker = new BrokerLives(world, faults, run.bug ?? null, trace);
  const history = new History();
  const stage = new Stage(world, broker.network, history, random.integer(1, 3));
  await broker.prepare(stage.topic, stage.partitions.length);
  broker.start();

  const lives = { count: 1 };
  world.start(disturb(world, broker, stage, faults.lifeMs, lives));
  for (const partition of stage.partitions) {
    world.start(produce(stage, `plain-${partition}`, partition, false));
    world.start(produce(stage, `idempotent-${partition}`, partition, true));
    if (random.chance(0.5)) world.start(produce(stage, `second-${partition}`, partition, true));
  }
  const consumers = random.integer(1, 3);
  for (let index = 0; index < consumers; index += 1) world.start(consume(stage, `consumer-${index}`));
  await world.run(troubleMs);

  stage.isOpen = false;
  broker.disk.faults = noFaults;
  broker.network.faults = noFaults;
  broker.end(random.pick<Ending>(['killed', 'power-cut']));
  broker.start();
  trace('peace');
  const check = { isDone: false };
  world.start(
    checkAll(stage).then(() => {
      check.isDone = true;
    }),
  );
  await world.run(world.now + recoveryMs, () => check.isDone);
  if (!check.isDone) throw new Violation(`after ${recoveryMs} ms of peace the log cannot be read`);
  return { seed: run.seed, steps: world.steps, endedAtMs: world.now, lives: lives.count, ...history.counts };
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
  while (stage.isOpen) {
    await world.sleep(random.chance(0.2) ? world.delay(0, 60) : random.next() * lifeMs * 2);
    if (!stage.isOpen) return;
    broker.end(random.pick<Ending>(['killed', 'power-cut', 'power-cut', 'stopped']));
    await world.sleep(world.delay(1, 1_000));
    stage.hasRestarted = true;
    lives.count += 1;
    if (stage.isOpen) broker.start();
  }
}

/** Reads every partition and every committed offset, and compares them with what was told. */
async function checkAll(stage: Stage): Promise<void> {
  const { history } = stage;
  let client = await stage.tryConnect('checker');
  while (client === null) client = await stage.tryConnect('checker');
  for (const partition of stage.partitions) {
    history.check(`${stage.topic}-${partition}`, await readAll(stage, client, partition));
  }
  for (;;) {
    const answer = await client.request(offsetFetchApi, 7, {
      groupId: 'group',
      topics: [{ name: stage.topic, partitionIndexes: stage.partitions }],
      groups: [],
    });
    if (answer.errorCode === 0) {
      for (const { partitionIndex, committedOffset } of answer.topics[0]?.partitions ?? []) {
        const place = `${stage.topic}-${partitionIndex}`;
        history.fetchedCommit(place, committedOffset, history.commitFloor(place));
      }
      return;
    }
    await stage.world.sleep(100);
  }
}

async function readAll(stage: Stage, client: WireClient, partition: number): Promise<SeenRecord[]> {
  const log: SeenRecord[] = [];
  for (;;) {
    const fetchOffset = (log.at(-1)?.offset ?? -1) + 1;
    const answer = await client
      .request(fetchApi, 11, {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1 << 22,
        topics: [
          { topic: stage.topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 1 << 22 }] },
        ],
      })
      .catch((cause: unknown) => {
        throw cause instanceof NoAnswer ? new Violation('the connection broke in peace', { cause }) : cause;
      });
    const [found] = answer.responses[0]?.partitions ?? [];
    if (found !== undefined && found.errorCode === 0) {
      const records = readRecords(found.records ?? Buffer.alloc(0), fetchOffset);
      log.push(...records);
      if (fetchOffset + records.length >= found.highWatermark) return log;
      if (records.length === 0)
        throw new Violation(`${stage.topic}-${partition}: nothing comes from ${fetchOffset} on`);
    } else {
      await stage.world.sleep(100);
    }
  }
}
