import { createHash } from 'node:crypto';
import type { Cell } from '../cluster/cell.ts';
import { type Admission, defaultGroupSettings } from '../group/settings.ts';
import { GroupCoordinatorShard } from '../group/shard.ts';
import { coordinatorPartitions } from '../limits.ts';
import { Account } from '../memory/account.ts';
import type { Partition } from '../partition/partition.ts';
import { cellClusterId, offsetsTopic } from './internal-topic.ts';
import type { Moment } from './moment.ts';
import type { Outcome } from './outcome.ts';
import { type Answer, ShardRuntime } from './shard-runtime.ts';

export interface GroupOptions {
  /** How long the first rebalance of an empty group waits for more members, milliseconds. */
  readonly rebalanceDelayMs: number;
  /** After how many bytes a shard writes its state anew; limits.ts has what is used otherwise. */
  readonly snapshotDistanceBytes?: number | undefined;
}

/** The consumer groups of all clusters, spread over the partitions of the cell's offsets topic. */
export class Groups {
  readonly #cell: Cell;
  readonly #options: GroupOptions;
  #isStopped = false;
  /** Shards are loaded as they come, since the broker serves. */
  #isLoading = false;
  readonly #shards = new Map<number, ShardRuntime<GroupCoordinatorShard>>();

  constructor(cell: Cell, options: GroupOptions) {
    this.#cell = cell;
    this.#options = options;
  }

  /** The broker that coordinates the group; null while there is none. */
  coordinatorOf(clusterId: string, groupId: string): number | null {
    const topic = this.#cell.clusters.get(cellClusterId)?.topicsByName.get(offsetsTopic);
    const leader = topic?.record.partitions[partitionOf(clusterId, groupId)]?.leader ?? null;
    const { isUnregistered, brokerId } = this.#cell.environment;
    return isUnregistered === true && leader === brokerId ? null : leader;
  }

  /** Puts an event to the group's state machine and waits for its reply. */
  async run<Response>(
    clusterId: string,
    groupId: string,
    event: (shard: GroupCoordinatorShard, now: Moment, token: number) => Outcome,
  ): Promise<Answer<Response>> {
    const index = partitionOf(clusterId, groupId);
    // What groups have committed since, another coordinator may know.
    if (this.#cell.environment.isUnregistered) return { ok: false, error: 'COORDINATOR_NOT_AVAILABLE' };
    const shard = this.#shards.get(index) ?? this.#start(index);
    return shard === null ? { ok: false, error: 'NOT_COORDINATOR' } : shard.run<Response>(event);
  }

  /** Puts an event to the state machine of every shard that is coordinated here, one after the other. */
  async runAll<Response>(
    event: (shard: GroupCoordinatorShard, now: Moment, token: number) => Outcome,
  ): Promise<readonly Answer<Response>[]> {
    if (this.#cell.environment.isUnregistered) return [{ ok: false, error: 'COORDINATOR_NOT_AVAILABLE' }];
    const answers: Answer<Response>[] = [];
    for (let index = 0; index < coordinatorPartitions; index += 1) {
      if (this.#partition(index)?.isLeader !== true) continue;
      const shard = this.#shards.get(index) ?? this.#start(index);
      if (shard !== null) answers.push(await shard.run<Response>(event));
    }
    return answers;
  }

  /** A topic is gone: what groups committed for it goes too, so that a new one of that name starts clean. */
  topicDeleted(): void {
    for (let index = 0; index < coordinatorPartitions; index += 1) {
      const shard = this.#shards.get(index) ?? this.#start(index);
      shard?.tell((machine, now) => machine.topicDeleted(now));
    }
  }

  /**
   * Loads all shards, one after the other: what is due expires whether or not anybody asks, and a cluster's
   * groups are all counted against its limits. Groups are served meanwhile, their own shard first.
   */
  async load(): Promise<void> {
    this.#isLoading = true;
    for (let index = 0; index < coordinatorPartitions && !this.#isStopped; index += 1) {
      const shard = this.#shards.get(index) ?? this.#start(index);
      await shard?.start();
    }
  }

  /** A partition's row has changed: the coordinator of a shard is where its partition is led. */
  partitionChanged(partition: Partition): void {
    if (this.#isStopped || this.#partition(partition.index) !== partition) return;
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

  #start(index: number): ShardRuntime<GroupCoordinatorShard> | null {
    const partition = this.#partition(index);
    if (partition === null) return null;
    const { deps, pool } = this.#cell.environment;
    const { snapshotDistanceBytes } = this.#options;
    const create = () => this.#createMachine();
    const shard = new ShardRuntime(deps, pool, partition, create, snapshotDistanceBytes);
    this.#shards.set(index, shard);
    return shard;
  }

  #createMachine(): GroupCoordinatorShard {
    const { random } = this.#cell.environment.deps;
    return new GroupCoordinatorShard({
      settings: { ...defaultGroupSettings, initialRebalanceDelayMs: this.#options.rebalanceDelayMs },
      newUuid: () => uuidText(random.bytes(16)),
      hasCluster: (clusterId) => this.#cell.clusters.has(clusterId),
      topicIdOf: (clusterId, topic) =>
        this.#cell.clusters.get(clusterId)?.topicsByName.get(topic)?.topicId ?? null,
      accountOf: (clusterId) => this.#accountOf(clusterId),
      limitReached: (clusterId, limit) => this.#cell.clusters.get(clusterId)?.reachedLimits.reached(limit),
      admission: (clusterId) => this.#admission(clusterId),
    });
  }

  /** Groups of a cluster that is no more are still there until they are forgotten; they may not grow. */
  #accountOf(clusterId: string): Account {
    const cluster = this.#cell.clusters.get(clusterId);
    return cluster?.accounts.groups ?? new Account(0, this.#cell.accounts.groups);
  }

  /** Whether the cluster may have one more group. */
  #admission(clusterId: string): Admission {
    const cluster = this.#cell.clusters.get(clusterId);
    if (cluster === undefined) return 'no';
    const { shares } = cluster;
    shares.groups = this.groupCount(clusterId);
    const admission = cluster.admission('groupsMax', shares.groups);
    if (admission === 'soon') this.#cell.sharing?.hurry();
    return admission;
  }

  /** Groups of the cluster that are coordinated here. */
  groupCount(clusterId: string): number {
    let count = 0;
    for (const shard of this.#shards.values()) count += shard.machine?.groupCount(clusterId) ?? 0;
    return count;
  }

  #partition(index: number): Partition | null {
    const topic = this.#cell.clusters.get(cellClusterId)?.topicsByName.get(offsetsTopic);
    return topic?.hosted.get(index) ?? null;
  }
}

function partitionOf(clusterId: string, groupId: string): number {
  const digest = createHash('sha1').update(clusterId).update('/').update(groupId).digest();
  return digest.readUInt32BE(0) % coordinatorPartitions;
}

/** RFC 9562 section 5.4. */
function uuidText(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
