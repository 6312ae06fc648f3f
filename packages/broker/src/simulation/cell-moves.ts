import type { PartitionRecord } from '@weir/metadata-store/model';
import { type Disturbance, replicasMin, topicsOf } from './cell-disturbance.ts';

/** An operator sends replicas elsewhere, to more brokers or to fewer, changes his mind, and takes some of it back. */
export async function moveReplicas(at: Disturbance): Promise<void> {
  const { world, stage } = at;
  const pauseMsMax = world.random.pick([500, 5_000]);
  while (stage.isOpen) {
    await world.sleep(world.delay(50, pauseMsMax));
    // Of what was lost with a disk there is one copy fewer than the cell believes, until the broker is back.
    if (stage.isOpen && !at.hasLost) await moveOne(at);
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
