import type { PartitionRecord } from '@weir/metadata-store/model';
import type { PartitionChange } from '@weir/metadata-store/port';
import type { BrokerLives, Ending } from './broker-lives.ts';
import { awayMsMin, type Disturbance, topicsOf } from './cell-disturbance.ts';
import { clusterId } from './simulated-cell.ts';
import type { Fate } from './simulated-store.ts';

// What chance alone would hit once in a thousand runs: faults at the very moment that matters.

/**
 * A leader asks that somebody join the ISR: the store hears of it late, or its answer takes long; meanwhile the one
 * that joins is cut off, or loses its disk, and then the leader is gone. Whoever leads next has all that was committed.
 */
export function strikeAtJoins(at: Disturbance, share: number): void {
  const { world, cell, stage, brokers } = at;
  const { random } = world;
  const rows = new Map<string, PartitionRecord>();
  const learn = async () => {
    // Of the coordinator's partitions most have nothing in them.
    for (const { clusterId: owner, topicId, partitions } of await topicsOf(cell))
      if (owner === clusterId)
        for (const [index, row] of partitions.entries()) rows.set(`${topicId}/${index}`, row);
  };
  cell.metadata.watch(() => void learn());
  /** Until then nothing else that this leader asks is heard: what became of its question only the store knows. */
  const deafUntilMs = new Map<number, number>();
  cell.store.onQuestion = (leader, changes) => {
    if (stage.isOpen && world.now < (deafUntilMs.get(leader.brokerId) ?? 0)) return unheard;
    const { joiner, inSync } = joinerIn(changes, rows);
    const from = brokers.find((broker) => broker.brokerId === leader.brokerId);
    const who = brokers.find((broker) => broker.brokerId === joiner);
    if (from === undefined || who === undefined || !stage.isOpen || !random.chance(share)) return null;
    // Later than the leader gives up its question, and looks at its followers again: others have what it commits until then.
    const isLost = inSync > 1 && random.chance(0.6);
    const early = () => (random.chance(0.5) ? world.delay(0.1, 10) : random.integer(10, 1_200));
    const fate = {
      heardAfterMs: isLost ? random.integer(2_000, 4_500) : early(),
      answeredAfterMs: random.chance(0.3) ? world.delay(0.1, 10) : random.integer(10, 3_000),
    };
    const afterMs = random.pick([0, world.delay(0, 800), isLost ? 100 : 2_000]);
    const endsAfterMs = Math.max(fate.heardAfterMs, 100) + afterMs;
    if (isLost) deafUntilMs.set(leader.brokerId, world.now + endsAfterMs);
    world.start(strike(at, { leader: from, joiner: who, fate, endsAfterMs }));
    return fate;
  };
}

function joinerIn(
  changes: readonly PartitionChange[],
  rows: ReadonlyMap<string, PartitionRecord>,
): { readonly joiner: number | null; readonly inSync: number } {
  for (const { topicId, partition, to } of changes) {
    const row = rows.get(`${topicId}/${partition}`);
    if (to.kind !== 'isr' || row === undefined) continue;
    const joiner = to.isr.find(({ brokerId }) => !row.isr.includes(brokerId));
    if (joiner !== undefined) return { joiner: joiner.brokerId, inSync: row.isr.length };
  }
  return { joiner: null, inSync: 0 };
}

/** Heard when it is too late for anything. */
const unheard: Fate = { heardAfterMs: 15_000, answeredAfterMs: 1 };

interface Strike {
  readonly leader: BrokerLives;
  readonly joiner: BrokerLives;
  readonly fate: Fate;
  /** When the leader is gone. */
  readonly endsAfterMs: number;
}

async function strike(at: Disturbance, { leader, joiner, fate, endsAfterMs }: Strike): Promise<void> {
  const { world, stage, brokers, cell } = at;
  const { random } = world;
  at.trace(`strike: broker ${joiner.brokerId} joins ${leader.brokerId}, ${JSON.stringify(fate)}`);
  at.strikesUntilMs = Math.max(at.strikesUntilMs, world.now + endsAfterMs);
  for (const other of brokers) at.cutFor(joiner, other, endsAfterMs + 500);
  if (random.chance(0.4)) {
    await at.loseDisk(joiner, 1);
    at.start(joiner);
  }
  // The store has heard, and the leader does not hear of it.
  if (random.chance(0.5)) at.cutFromStore(leader, fate.heardAfterMs, endsAfterMs);
  await world.sleep(endsAfterMs);
  if (!stage.isOpen || random.chance(0.2)) return;
  const isAlone = random.chance(0.5);
  for (const broker of brokers)
    if (broker === leader || (isAlone && broker !== joiner)) at.endForLong(broker);
  cell.network.mendBetween(joiner.host, leader.host);
}

/**
 * Leaders were elected: a follower tells the new one where it is, or takes something in, and hears no more of it; then
 * the new leader is gone as well.
 */
export function strikeAtElections(at: Disturbance, share: number): void {
  const { world, cell, stage, brokers } = at;
  const { random } = world;
  cell.store.onElected = () => {
    if (!stage.isOpen || !random.chance(share)) return;
    const [one, other] = [random.pick(brokers), random.pick(brokers)];
    if (one === other) return;
    world.after(world.delay(5, 300), () => {
      at.trace(`strike: broker ${other.brokerId} hears no more of ${one.brokerId}, which was elected`);
      cell.network.cut(one.host, other.host);
    });
    const endsAfterMs = random.integer(350, 1_500);
    world.after(endsAfterMs + 1_000, () => cell.network.mendBetween(one.host, other.host));
    world.after(endsAfterMs, () => {
      if (!stage.isOpen) return;
      const isAlone = random.chance(0.5);
      for (const broker of brokers)
        if (broker === one || (isAlone && broker !== other)) at.endForLong(broker);
    });
  };
}

/** A broker after the other is gone for long enough to leave its ISRs, and comes back; little else goes wrong. */
export async function leaveInTurn(at: Disturbance): Promise<void> {
  const { world, stage, brokers } = at;
  const { random } = world;
  while (stage.isOpen) {
    await world.sleep(random.integer(500, 1_500));
    if (!stage.isOpen || !brokers.every((broker) => broker.isReady) || world.now < at.strikesUntilMs)
      continue;
    const broker = random.pick(brokers);
    at.rest(broker, awayMsMin);
    broker.end(random.pick<Ending>(['killed', 'power-cut']));
  }
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
