/** Partition numbers by topic id. */
export type Partitions = ReadonlyMap<string, readonly number[]>;

/** By topic id and partition, the epoch of the group at which its member was given it. */
export type Held = ReadonlyMap<string, ReadonlyMap<number, number>>;

export const noPartitions: Partitions = new Map();
export const nothingHeld: Held = new Map();

export function countPartitions(partitions: Partitions | Held): number {
  let count = 0;
  for (const of of partitions.values()) count += 'size' in of ? of.size : of.length;
  return count;
}

/** Whether both name the same partitions, in any order. */
export function samePartitions(one: Partitions, other: Partitions): boolean {
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others?.length !== partitions.length) return false;
    const known = new Set(others);
    if (!partitions.every((partition) => known.has(partition))) return false;
  }
  return true;
}

/** Whether both hold the same partitions, from whenever. */
export function holdsSame(one: Held, other: Held): boolean {
  return samePartitions(partitionsOf(one), partitionsOf(other));
}

export function holdsSameSince(one: Held, other: Held): boolean {
  if (!holdsSame(one, other)) return false;
  for (const [topicId, partitions] of one) {
    for (const [partition, epoch] of partitions) {
      if (other.get(topicId)?.get(partition) !== epoch) return false;
    }
  }
  return true;
}

export function partitionsOf(held: Held): Partitions {
  return new Map(Array.from(held, ([topicId, partitions]) => [topicId, [...partitions.keys()]]));
}

/** In the shape that answers and records share. */
export function listed(partitions: Partitions): { topicId: string; partitions: readonly number[] }[] {
  return Array.from(partitions, ([topicId, numbers]) => ({ topicId, partitions: numbers }));
}

/** Collects what is held, and leaves out topics of which nothing is. */
export class HeldBuilder {
  readonly held = new Map<string, Map<number, number>>();

  add(topicId: string, partition: number, epoch: number): void {
    const partitions = this.held.get(topicId) ?? new Map<number, number>();
    this.held.set(topicId, partitions);
    partitions.set(partition, epoch);
  }
}
