import type { PartitionRecord } from '@weir/metadata-store/model';
import { type Disturbance, replicasMin, topicsOf } from './cell-disturbance.ts';
import { clusterId } from './simulated-cell.ts';

/** An operator sends replicas elsewhere, to more brokers or to fewer, changes his mind, and takes some of it back. */
export async function moveReplicas(at: Disturbance): Promise<void> {
  const { world, stage } = at;
  const pauseMsMax = world.random.pick([500, 5_000]);
  while (stage.isOpen) {
    await world.sleep(world.delay(50, pauseMsMax));
    // Of what was lost with a disk there is one copy fewer than the cell believes, until the broker is back.
    if (!stage.isOpen || at.hasLost) continue;
    if (world.random.chance(0.2)) await sendAwayAndBack(at);
    else await moveOne(at);
  }
}

async function moveOne({ world, cell, brokers, trace }: Disturbance): Promise<void> {
  const { random } = world;
  const topics = await topicsOf(cell);
  const { topicId, name, partitions } = random.pick(topics);
  const partition = random.integer(0, partitions.length - 1);
  const ids = random.shuffle(brokers.map((broker) => broker.brokerId));
  const to = random.chance(0.15) ? null : ids.slice(0, random.integer(replicasMin, ids.length));
  const [outcome] = await cell.metadata.reassignPartitions([{ topicId, partition, to }]);
  if (outcome?.ok === true) trace(`${name}-${partition} is to be on ${to?.join(',') ?? 'those of before'}`);
}

/**
 * A replica is taken away and comes back with nothing, and the leader hears only that it is there. Then the leader may
 * be gone.
 */
async function sendAwayAndBack(at: Disturbance): Promise<void> {
  const { world, cell, brokers, stage } = at;
  const { random } = world;
  const topics = await topicsOf(cell);
  const { topicId, name, partitions } = random.pick(topics.filter((topic) => topic.clusterId === clusterId));
  const partition = random.integer(0, partitions.length - 1);
  const row = partitions[partition];
  const leader = brokers.find((broker) => broker.brokerId === row?.leader);
  const others = row?.isr.filter((brokerId) => brokerId !== row.leader) ?? [];
  if (row === undefined || leader === undefined || row.reassignment !== null) return;
  if (row.isr.length < row.replicas.length || others.length < replicasMin) return;
  const sentAway = random.pick(others);
  at.cutFromStore(leader, 0, 600);
  await world.sleep(20);
  const to = row.replicas.filter((brokerId) => brokerId !== sentAway);
  await cell.metadata.reassignPartitions([{ topicId, partition, to }]);
  await world.sleep(random.integer(50, 400));
  await cell.metadata.reassignPartitions([{ topicId, partition, to: [...to, sentAway] }]);
  at.trace(`${name}-${partition} went from broker ${sentAway} and back`);
  await world.sleep(random.integer(700, 1_500));
  if (stage.isOpen && random.chance(0.5)) at.endForLong(leader);
}

/** Counts the moves that came to their end. */
export function countMoves({ cell }: Disturbance): void {
  const rows = new Map<string, PartitionRecord>();
  const learn = async () => {
    for (const { topicId, partitions } of await topicsOf(cell)) {
      for (const [index, row] of partitions.entries()) {
        const key = `${topicId}/${index}`;
        const target = rows.get(key)?.reassignment?.to ?? [];
        if (target.length > 0 && row.reassignment === null && target.join() === row.replicas.join())
          cell.happened.add('replicas moved');
        rows.set(key, row);
      }
    }
  };
  cell.metadata.watch(() => void learn());
}
