import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Cell } from '../cluster/cell.ts';
import { type Admission, defaultGroupSettings } from '../group/settings.ts';
import { GroupCoordinatorShard } from '../group/shard.ts';
import { Account } from '../memory/account.ts';
import type { Appended } from '../partition/appended.ts';
import type { Partition } from '../partition/partition.ts';
import { endTransaction, type TransactionEnd } from '../partition/transaction-end.ts';
import { ShareWaits } from '../share-group/share-waits.ts';
import { offsetsTopic } from './internal-topic.ts';
import type { Moment } from './moment.ts';
import type { Outcome } from './outcome.ts';
import type { Answer } from './shard-runtime.ts';
import { Shards, shardOf } from './shards.ts';

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
  readonly #shards: Shards<GroupCoordinatorShard>;
  readonly shareWaits = new ShareWaits();

  constructor(cell: Cell, options: GroupOptions) {
    this.#cell = cell;
    this.#options = options;
    const { snapshotDistanceBytes } = options;
    const create = () => this.#createMachine();
    this.#shards = new Shards(cell, { topic: offsetsTopic, snapshotDistanceBytes, create });
  }

  /** The broker that coordinates the group; null while there is none. */
  coordinatorOf(clusterId: string, groupId: string): number | null {
    return this.#shards.leaderOf(shardOf(clusterId, groupId));
  }

  /** Puts an event to the group's state machine and waits for its reply. */
  async run<Response>(
    clusterId: string,
    groupId: string,
    event: (shard: GroupCoordinatorShard, now: Moment, token: number) => Outcome,
  ): Promise<Answer<Response>> {
    // What groups have committed since, another coordinator may know.
    if (this.#cell.environment.isUnregistered) return { ok: false, error: 'COORDINATOR_NOT_AVAILABLE' };
    const shard = this.#shards.at(shardOf(clusterId, groupId));
    return shard === null ? { ok: false, error: 'NOT_COORDINATOR' } : shard.run<Response>(event);
  }

  /** Puts an event to the state machine of every shard that is coordinated here, one after the other. */
  async runAll<Response>(
    event: (shard: GroupCoordinatorShard, now: Moment, token: number) => Outcome,
  ): Promise<readonly Answer<Response>[]> {
    if (this.#cell.environment.isUnregistered) return [{ ok: false, error: 'COORDINATOR_NOT_AVAILABLE' }];
    const answers: Answer<Response>[] = [];
    for (const shard of this.#shards.led()) answers.push(await shard.run<Response>(event));
    return answers;
  }

  /** The broker that coordinates the groups of that shard; null while there is none. */
  shardLeader(index: number): number | null {
    return this.#shards.leaderOf(index);
  }

  /** Changes with every transaction of the producer that ends in that shard: what was asked before is void behind it. */
  markerOf(index: number, producerId: number): number {
    return this.#shards.partition(index)?.producers.markerOf(producerId) ?? 0;
  }

  /**
   * A transaction that groups of that shard are part of has ended. Whether what it had pending is decided for good:
   * its marker in the shard's log keeps the ends of former coordinators from counting.
   */
  async endTransaction(index: number, end: TransactionEnd, isWanted: () => boolean): Promise<boolean> {
    const { environment } = this.#cell;
    const partition = this.#shards.partition(index);
    const shard = this.#shards.at(index);
    if (partition === null || shard === null) return false;
    let marker: Appended | null = null;
    const answer = await shard.run<ErrorName>((machine, now, token) => {
      marker = isWanted() ? endTransaction(environment, partition, end) : null;
      if (marker?.ok === true) return machine.endTransaction(now, token, end);
      return { records: [], replies: [{ token, response: marker?.error ?? 'REQUEST_TIMED_OUT' }] };
    });
    // Assigned in the event, which the compiler does not follow.
    const appended = marker as Appended | null;
    if (!answer.ok || appended === null) return false;
    // Its producer has gone on: what this would end is over.
    if (!appended.ok) return appended.error === 'INVALID_PRODUCER_EPOCH';
    return (await appended.committed) === 'NONE';
  }

  /** A topic is gone: what groups committed for it goes too, so that a new one of that name starts clean. */
  topicDeleted(): void {
    for (const shard of this.#shards.led()) shard.tell((machine, now) => machine.topicDeleted(now));
  }

  /**
   * Loads all shards, one after the other: what is due expires whether or not anybody asks, and a cluster's
   * groups are all counted against its limits. Groups are served meanwhile, their own shard first.
   */
  load(): Promise<void> {
    return this.#shards.load();
  }

  partitionChanged(partition: Partition): void {
    this.#shards.partitionChanged(partition);
  }

  partitionGone(partition: Partition): void {
    this.#shards.partitionGone(partition);
  }

  stop(): void {
    this.#shards.stop();
  }

  #createMachine(): GroupCoordinatorShard {
    const { random } = this.#cell.environment.deps;
    return new GroupCoordinatorShard({
      settings: { ...defaultGroupSettings, initialRebalanceDelayMs: this.#options.rebalanceDelayMs },
      shareChanged: (group) => this.shareWaits.changed(group),
      newUuid: () => uuidText(random.bytes(16)),
      hasCluster: (clusterId) => this.#cell.clusters.has(clusterId),
      topicIdOf: (clusterId, topic) =>
        this.#cell.clusters.get(clusterId)?.topicsByName.get(topic)?.topicId ?? null,
      topicOf: (clusterId, name) => {
        const topic = this.#cell.clusters.get(clusterId)?.topicsByName.get(name);
        return topic === undefined
          ? null
          : { topicId: topic.topicId, partitionCount: topic.record.partitions.length };
      },
      topicNameOf: (clusterId, topicId) =>
        this.#cell.clusters.get(clusterId)?.topicsById.get(topicId)?.name ?? null,
      topicsVersion: (clusterId) => this.#cell.clusters.get(clusterId)?.topicsVersion ?? 0,
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
    for (const machine of this.#shards.machines()) count += machine.groupCount(clusterId);
    return count;
  }
}

/** RFC 9562 section 5.4. */
function uuidText(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
