import { setTimeout as delay } from 'node:timers/promises';
import { type FactorBounds, type PlacedPartition, planBalance } from '@weir/metadata-store/balance';
import type { BrokerRecord } from '@weir/metadata-store/model';
import type { AskedReassignment, MetadataStore } from '@weir/metadata-store/port';
import { readWholeCell, type WholeCell } from '@weir/metadata-store/whole-cell';
import { StartError } from '../launcher/settings.ts';
import type { Steps } from '../launcher/steps.ts';

/** Partitions that are on their way at once: each is read whole by whoever gets it. */
const movesAtOnceMax = 100;
/** Each look reads the whole cell, which serves meanwhile. */
const lookEveryMs = 1_000;
/** Nothing has arrived for so long: somebody who is to get something does not. */
const stuckMsMax = 120_000;

/** On which something may be placed. */
export const usable = ({ brokers }: WholeCell): readonly BrokerRecord[] =>
  brokers.filter((broker) => !broker.isFenced && !broker.isCordoned);

/**
 * Of whoever stays: brokers that are away keep what they hold, since most are back soon. Throws StartError where a
 * partition would get fewer replicas than it has and `factor` asks for: nobody loses copies by the way.
 */
export function plan(cell: WholeCell, factor: FactorBounds): readonly AskedReassignment[] {
  const staying = cell.brokers.filter((broker) => !broker.isCordoned);
  const asked = planBalance(cell.partitions, staying, factor);
  const enough = new Map(
    cell.partitions.map(({ topicId, partition, record }) => [
      `${topicId}-${partition}`,
      Math.min((record.reassignment?.to ?? record.replicas).length, factor.max),
    ]),
  );
  const short = asked.filter(
    ({ topicId, partition, to }) => (to?.length ?? 0) < (enough.get(`${topicId}-${partition}`) ?? 0),
  );
  if (short.length > 0) throw tooFew(short.length, usable(cell).length, staying);
  return asked;
}

function tooFew(partitions: number, usableCount: number, staying: readonly BrokerRecord[]): StartError {
  const away = staying.filter(({ isFenced }) => isFenced).map(({ brokerId }) => brokerId);
  const remedy =
    away.length === 0 ? 'add another one' : `bring back broker ${away.join(', ')}, which is away`;
  return new StartError(
    `${partitions} partitions have more replicas than the ${usableCount} brokers that can take any: ${remedy}, or remove one and say --replication-factor ${usableCount} if so many are enough.`,
  );
}

/**
 * Spreads all replicas over the brokers on which something may be placed, some at a time, and waits until they are
 * there. Whoever ends it early leaves what is on its way to arrive by itself; called again it goes on.
 */
export async function balance(metadata: MetadataStore, steps: Steps, factor: FactorBounds): Promise<void> {
  const cell = await readWholeCell(metadata);
  const asked = plan(cell, factor);
  const under = cell.partitions.filter(({ record }) => record.reassignment !== null).length;
  if (asked.length === 0 && under === 0) {
    steps.say(whereTheyAre(cell));
    return;
  }
  const name = `moving replicas of ${asked.length + under} partitions`;
  await steps.run(name, () => move(metadata, asked, steps));
}

/** What is said where nothing is to be moved. */
export function whereTheyAre({ partitions }: Pick<WholeCell, 'partitions'>): string {
  const leaderless = partitions.filter(({ record }) => record.leader < 0).length;
  if (leaderless === 0) return 'every replica is where it is to be';
  const which = leaderless === 1 ? 'one partition has' : `${leaderless} partitions have`;
  return `every replica is where it is to be, but ${which} no leader: those who hold what was committed are away. See npm run cell -- status.`;
}

async function move(metadata: MetadataStore, all: readonly AskedReassignment[], steps: Steps): Promise<void> {
  const left = [...all];
  let said = 0;
  let lastCount = Number.POSITIVE_INFINITY;
  let changedMs = performance.now();
  for (;;) {
    const { partitions } = await readWholeCell(metadata);
    const moving = partitions.filter(({ record }) => record.reassignment !== null);
    const count = moving.length + left.length;
    if (count === 0) return;
    if (count !== lastCount) changedMs = performance.now();
    lastCount = count;
    if (performance.now() - changedMs > stuckMsMax) throw stuck(moving);
    const room = movesAtOnceMax - moving.length;
    if (room > 0 && left.length > 0) await ask(metadata, left.splice(0, room));
    const arrived = all.length - count;
    if (arrived >= said + movesAtOnceMax) {
      said = arrived;
      steps.say(`  ${arrived} of ${all.length} are there`);
    }
    await delay(lookEveryMs);
  }
}

async function ask(metadata: MetadataStore, asked: readonly AskedReassignment[]): Promise<void> {
  for (const outcome of await metadata.reassignPartitions(asked)) {
    // A topic that was deleted meanwhile has nothing to be moved.
    if (!outcome.ok && outcome.refusal !== 'UNKNOWN_TOPIC_OR_PARTITION')
      throw new StartError(`A partition cannot be moved: ${outcome.message}`);
  }
}

function stuck(moving: readonly PlacedPartition[]): StartError {
  const waitedFor = new Set(
    moving.flatMap(({ record }) => (record.reassignment?.to ?? []).filter((id) => !record.isr.includes(id))),
  );
  const names = [...waitedFor].toSorted((one, other) => one - other).join(', ');
  return new StartError(
    `Nothing has arrived for ${stuckMsMax / 1000} s; ${moving.length} partitions wait until broker ${names} is in sync: see npm run cell -- status and its log. What is on its way goes on by itself; run this again for the rest.`,
  );
}
