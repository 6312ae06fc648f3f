import type { PartitionRecord } from '@weir/metadata-store/model';
import type { PartitionChange } from '@weir/metadata-store/port';
import type { BrokerLives, Ending } from './broker-lives.ts';
import { type Disturbance, topicsOf } from './cell-disturbance.ts';
import type { Fate } from './simulated-store.ts';

// What chance alone would hit once in a thousand runs: faults at the very moment that matters.

/** Longer than a lease, an election, and word of it. */
const awayMsMin = 3_000;

/**
 * A leader asks that somebody join the ISR: the store hears of it late, or its answer takes long; meanwhile the one
 * that joins is cut off, or loses its disk, and then the leader is gone. Whoever leads next has all that was committed.
 */
export function strikeAtJoins(at: Disturbance): void {
  const { world, cell, stage, brokers } = at;
  const { random } = world;
  const rows = new Map<string, PartitionRecord>();
  const learn = async () => {
    for (const { topicId, partitions } of await topicsOf(cell))
      for (const [index, row] of partitions.entries()) rows.set(`${topicId}/${index}`, row);
  };
  cell.metadata.watch(() => void learn());
  cell.store.onQuestion = (leader, changes) => {
    const joiner = joinerIn(changes, rows);
    const from = brokers.find((broker) => broker.brokerId === leader.brokerId);
    const who = brokers.find((broker) => broker.brokerId === joiner);
    if (from === undefined || who === undefined || !stage.isOpen || !random.chance(0.3)) return null;
    const fate = {
      heardAfterMs: random.chance(0.5) ? world.delay(0.1, 10) : random.integer(10, 1_200),
      answeredAfterMs: random.chance(0.3) ? world.delay(0.1, 10) : random.integer(10, 3_000),
    };
    world.start(strike(at, from, who, fate));
    return fate;
  };
}

function joinerIn(
  changes: readonly PartitionChange[],
  rows: ReadonlyMap<string, PartitionRecord>,
): number | null {
  for (const { topicId, partition, to } of changes) {
    const row = rows.get(`${topicId}/${partition}`);
    if (to.kind !== 'isr' || row === undefined) continue;
    const joiner = to.isr.find(({ brokerId }) => !row.isr.includes(brokerId));
    if (joiner !== undefined) return joiner.brokerId;
  }
  return null;
}

async function strike(at: Disturbance, leader: BrokerLives, joiner: BrokerLives, fate: Fate): Promise<void> {
  const { world, stage, brokers } = at;
  const { random } = world;
  at.trace(`strike: broker ${joiner.brokerId} joins ${leader.brokerId}, ${JSON.stringify(fate)}`);
  const leaderEndsAfterMs = Math.max(fate.heardAfterMs, 100) + world.delay(0, 800);
  for (const other of brokers) at.cutFor(joiner, other, leaderEndsAfterMs + 500);
  if (random.chance(0.4)) {
    await at.loseDisk(joiner, 1);
    at.start(joiner);
  }
  await world.sleep(leaderEndsAfterMs);
  if (!stage.isOpen) return;
  at.rest(leader, awayMsMin + random.integer(0, 1_500));
  leader.end(random.pick<Ending>(['killed', 'power-cut']));
}

/** A disk refuses something, and its broker reads its log again: one of the others is not there meanwhile, and comes later. */
export function strikeAtRefusals(at: Disturbance): void {
  const { world, stage, brokers } = at;
  const { random } = world;
  for (const broker of brokers) {
    broker.disk.onRefusal = () => {
      if (!stage.isOpen || !random.chance(0.2)) return;
      at.cutFor(broker, random.pick(brokers), random.integer(500, 4_000));
    };
  }
}
