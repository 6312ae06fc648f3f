import { createHash } from 'node:crypto';
import type { Cell } from '../cluster/cell.ts';
import { coordinatorPartitions } from '../limits.ts';
import type { Partition } from '../partition/partition.ts';
import { cellClusterId } from './internal-topic.ts';
import { ShardRuntime, type StateMachine } from './shard-runtime.ts';

export interface ShardsShape<Machine> {
  /** Of the cell's own, in whose partitions the machines' records lie. */
  readonly topic: string;
  readonly snapshotDistanceBytes?: number | undefined;
  readonly create: (partition: Partition) => Machine;
}

/** The state machines over the partitions of one internal topic that this broker leads. */
export class Shards<Machine extends StateMachine> {
  readonly #cell: Cell;
  readonly #shape: ShardsShape<Machine>;
  #isStopped = false;
  /** Shards are loaded as they come, since the broker serves. */
  #isLoading = false;
  readonly #shards = new Map<number, ShardRuntime<Machine>>();

  constructor(cell: Cell, shape: ShardsShape<Machine>) {
    this.#cell = cell;
    this.#shape = shape;
  }

  /** The broker that coordinates what lies in that shard; null while there is none. */
  leaderOf(index: number): number | null {
    const topic = this.#cell.clusters.get(cellClusterId)?.topicsByName.get(this.#shape.topic);
    const leader = topic?.record.partitions[index]?.leader ?? null;
    const { isUnregistered, brokerId } = this.#cell.environment;
    return isUnregistered === true && leader === brokerId ? null : leader;
  }

  /** The shard's runtime; null where its partition is not here. */
  at(index: number): ShardRuntime<Machine> | null {
    return this.#shards.get(index) ?? this.#start(index);
  }

  /** Of those that are led here, one after the other. */
  *led(): Iterable<ShardRuntime<Machine>> {
    for (let index = 0; index < coordinatorPartitions; index += 1) {
      if (this.partition(index)?.isLeader !== true) continue;
      const shard = this.at(index);
      if (shard !== null) yield shard;
    }
  }

  /** Machines that are loaded. */
  *machines(): Iterable<Machine> {
    for (const { machine } of this.#shards.values()) if (machine !== null) yield machine;
  }

  /** Loads all shards, one after the other; whoever asks for one meanwhile is served, his own shard first. */
  async load(): Promise<void> {
    this.#isLoading = true;
    for (let index = 0; index < coordinatorPartitions && !this.#isStopped; index += 1)
      await this.at(index)?.start();
  }

  /** A partition's row has changed: a shard is where its partition is led. */
  partitionChanged(partition: Partition): void {
    if (this.#isStopped || this.partition(partition.index) !== partition) return;
    const shard = this.#shards.get(partition.index);
    shard?.termChanged();
    if (this.#isLoading && partition.isLeader) void (shard ?? this.#start(partition.index))?.start();
  }

  /** A replica is no longer here: if its partition comes back, its shard begins anew. */
  partitionGone(partition: Partition): void {
    const shard = this.#shards.get(partition.index);
    if (shard?.partition !== partition) return;
    this.#shards.delete(partition.index);
    shard.stop();
  }

  stop(): void {
    this.#isStopped = true;
    for (const shard of this.#shards.values()) shard.stop();
  }

  partition(index: number): Partition | null {
    const topic = this.#cell.clusters.get(cellClusterId)?.topicsByName.get(this.#shape.topic);
    return topic?.hosted.get(index) ?? null;
  }

  #start(index: number): ShardRuntime<Machine> | null {
    const partition = this.partition(index);
    if (partition === null) return null;
    const { deps, pool } = this.#cell.environment;
    const { create, snapshotDistanceBytes } = this.#shape;
    const shard = new ShardRuntime(deps, pool, partition, () => create(partition), snapshotDistanceBytes);
    this.#shards.set(index, shard);
    return shard;
  }
}

/** In which shard the cluster's group, or transactional id, of that name lies. */
export function shardOf(clusterId: string, name: string): number {
  const digest = createHash('sha1').update(clusterId).update('/').update(name).digest();
  return digest.readUInt32BE(0) % coordinatorPartitions;
}
