import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Cell } from '../cluster/cell.ts';
import { markerWaitMsMax, verificationPatienceMs, verificationRetryMs } from '../limits.ts';
import { Account } from '../memory/account.ts';
import type { Partition } from '../partition/partition.ts';
import { endTransaction, type TransactionEnd } from '../partition/transaction-end.ts';
import type { TransactionalWrite, TransactionVerifier } from '../partition/transaction-verifier.ts';
import {
  defaultTransactionSettings,
  type MarkerWork,
  type TransactionPartition,
  type TransactionSettings,
} from '../transaction/settings.ts';
import { TransactionCoordinatorShard } from '../transaction/shard.ts';
import type { Groups } from './groups.ts';
import { offsetsTopic, transactionsTopic } from './internal-topic.ts';
import type { Moment } from './moment.ts';
import type { Outcome } from './outcome.ts';
import type { Answer } from './shard-runtime.ts';
import { Shards, shardOf } from './shards.ts';

/** The end of a transaction, and partitions of one cluster that are to have it. */
export interface PartitionEnds {
  readonly clusterId: string;
  readonly end: TransactionEnd;
  readonly partitions: readonly TransactionPartition[];
}

/** The other brokers of the cell. Both reject where one cannot be asked. */
export interface TransactionPeers {
  verify(brokerId: number, write: TransactionalWrite, adds: boolean): Promise<ErrorName>;
  /** Resolves with those that have it. */
  endTransaction(brokerId: number, ends: PartitionEnds): Promise<readonly TransactionPartition[]>;
}

export interface TransactionOptions {
  readonly settings?: Partial<TransactionSettings>;
  readonly snapshotDistanceBytes?: number | undefined;
}

/** The transactional ids of all clusters, spread over the partitions of the cell's transactions topic. */
export class Transactions implements TransactionVerifier {
  readonly #cell: Cell;
  readonly #groups: Groups;
  readonly #peers: TransactionPeers;
  readonly #settings: TransactionSettings;
  readonly shards: Shards<TransactionCoordinatorShard>;

  constructor(cell: Cell, groups: Groups, peers: TransactionPeers, options: TransactionOptions) {
    this.#cell = cell;
    this.#groups = groups;
    this.#peers = peers;
    this.#settings = { ...defaultTransactionSettings, ...options.settings };
    const { snapshotDistanceBytes } = options;
    const create = (partition: Partition) => this.#createMachine(partition);
    this.shards = new Shards(cell, { topic: transactionsTopic, snapshotDistanceBytes, create });
  }

  /** The broker that coordinates the transactional id; null while there is none. */
  coordinatorOf(clusterId: string, transactionalId: string): number | null {
    return this.shards.leaderOf(shardOf(clusterId, transactionalId));
  }

  /** Puts an event to the id's state machine and waits for its reply. */
  async run<Response>(
    clusterId: string,
    transactionalId: string,
    event: (shard: TransactionCoordinatorShard, now: Moment, token: number) => Outcome,
  ): Promise<Answer<Response>> {
    if (this.#cell.environment.isUnregistered) return { ok: false, error: 'COORDINATOR_NOT_AVAILABLE' };
    const shard = this.shards.at(shardOf(clusterId, transactionalId));
    return shard === null ? { ok: false, error: 'NOT_COORDINATOR' } : shard.run<Response>(event);
  }

  /** Puts an event to the state machine of every shard that is coordinated here, one after the other. */
  async runAll<Response>(
    event: (shard: TransactionCoordinatorShard, now: Moment, token: number) => Outcome,
  ): Promise<readonly Answer<Response>[]> {
    if (this.#cell.environment.isUnregistered) return [{ ok: false, error: 'COORDINATOR_NOT_AVAILABLE' }];
    const answers: Answer<Response>[] = [];
    for (const shard of this.shards.led()) answers.push(await shard.run<Response>(event));
    return answers;
  }

  /** Where the transaction before is about to be over it is waited for, as Kafka's add.partitions.to.txn.retry.backoff.max.ms says. */
  async verify(write: TransactionalWrite, adds: boolean): Promise<ErrorName> {
    const { clock } = this.#cell.environment.deps;
    const untilMs = clock.monotonicMs() + verificationPatienceMs;
    for (;;) {
      const error = await this.#ask(write, adds);
      if (error !== 'CONCURRENT_TRANSACTIONS' || clock.monotonicMs() >= untilMs) return error;
      await new Promise<void>((resolve) => clock.after(verificationRetryMs, resolve));
    }
  }

  async #ask(write: TransactionalWrite, adds: boolean): Promise<ErrorName> {
    const { brokerId, deps } = this.#cell.environment;
    const coordinator = this.coordinatorOf(write.clusterId, write.transactionalId);
    if (coordinator === brokerId) return this.verifyHere(write, adds);
    if (coordinator === null || coordinator < 0) return 'COORDINATOR_NOT_AVAILABLE';
    try {
      return await this.#peers.verify(coordinator, write, adds);
    } catch (cause) {
      deps.log.warn('transaction.unverified', { coordinator }, cause);
      return 'COORDINATOR_NOT_AVAILABLE';
    }
  }

  /** What this broker says as the id's coordinator. */
  async verifyHere(write: TransactionalWrite, adds: boolean): Promise<ErrorName> {
    const { clusterId, transactionalId, topic, partition, producerId, producerEpoch } = write;
    const ask = { name: { clusterId, transactionalId }, producerId, producerEpoch };
    const answer = await this.run<ErrorName>(clusterId, transactionalId, (shard, now, token) =>
      adds
        ? shard.addPartitions(now, token, { ...ask, protocol: 2, partitions: [{ topic, partition }] })
        : shard.verifyPartition(now, token, { ...ask, topic, partition }),
    );
    return answer.ok ? answer.response : answer.error;
  }

  /**
   * Writes markers to the partitions that this broker leads; resolves with those that have them for good, in a while at
   * most. None is written once it is not wanted any more: it might end the transaction after its own.
   */
  async endHere(
    { clusterId, end, partitions }: PartitionEnds,
    isWanted: () => boolean = () => true,
  ): Promise<readonly TransactionPartition[]> {
    const { clock } = this.#cell.environment.deps;
    const ended: TransactionPartition[] = [];
    let isOver = false;
    const isStillWanted = () => !isOver && isWanted();
    const all = partitions.map(async (place) => {
      if (await this.#endOne(clusterId, end, place, isStillWanted)) ended.push(place);
    });
    const patience = Promise.withResolvers<void>();
    const timer = clock.after(markerWaitMsMax, patience.resolve);
    await Promise.race([Promise.all(all), patience.promise]);
    isOver = true;
    timer.cancel();
    return [...ended];
  }

  async #endOne(
    clusterId: string,
    end: TransactionEnd,
    place: TransactionPartition,
    isWanted: () => boolean,
  ): Promise<boolean> {
    const { environment } = this.#cell;
    if (place.topic === offsetsTopic) return this.#groups.endTransaction(place.partition, end, isWanted);
    const topic = this.#cell.clusters.get(clusterId)?.topicsByName.get(place.topic);
    const partition = topic?.hosted.get(place.partition);
    if (partition?.isLeader !== true) return false;
    try {
      await partition.open();
    } catch {
      // The partition has said why; the marker is written once it can be.
      return false;
    }
    if (!isWanted()) return false;
    const appended = endTransaction(environment, partition, end);
    // Its producer has gone on: what this would end is over.
    if (!appended.ok) return appended.error === 'INVALID_PRODUCER_EPOCH';
    return (await appended.committed) === 'NONE';
  }

  /** Has the markers written by whoever leads the partitions, once, and tells the shard which of them are. */
  async #writeMarkers(shardIndex: number, coordinatorEpoch: number, work: MarkerWork): Promise<void> {
    const { clusterId } = work.name;
    const { producerId, producerEpoch, isCommit, protocol } = work;
    const end = { producerId, producerEpoch, isCommit, protocol, coordinatorEpoch };
    const written: TransactionPartition[] = [];
    try {
      await this.#knowTopics(work);
      const byLeader = Map.groupBy(work.partitions, (place) => this.#leaderOf(clusterId, place));
      written.push(...(byLeader.get('gone') ?? []));
      const asked = Array.from(byLeader, async ([leader, partitions]) => {
        if (typeof leader !== 'number') return;
        written.push(...(await this.#endAt(leader, { clusterId, end, partitions })));
      });
      await Promise.all(asked);
    } catch (cause) {
      this.#cell.environment.deps.log.warn('transaction.markers.unwritten', { clusterId }, cause);
    }
    this.shards.at(shardIndex)?.tell((machine, now) => machine.markersWritten(now, work, written));
  }

  async #endAt(leader: number, ends: PartitionEnds): Promise<readonly TransactionPartition[]> {
    const { brokerId, deps } = this.#cell.environment;
    if (leader === brokerId) return this.endHere(ends);
    try {
      return await this.#peers.endTransaction(leader, ends);
    } catch (cause) {
      deps.log.warn('transaction.markers.unwritten', { clusterId: ends.clusterId, leader }, cause);
      return [];
    }
  }

  /** A topic that this broker has not heard of may be a new one: only the store says that it is gone. */
  async #knowTopics({ name, partitions }: MarkerWork): Promise<void> {
    const isUnknown = ({ topic, partition }: TransactionPartition) =>
      this.#leaderOf(name.clusterId, { topic, partition }) === 'gone';
    if (partitions.some(isUnknown)) await this.#cell.catchUp();
  }

  #leaderOf(clusterId: string, { topic, partition }: TransactionPartition): number | 'gone' | 'none' {
    if (topic === offsetsTopic) return leaderOr(this.#groups.shardLeader(partition));
    const known = this.#cell.clusters.get(clusterId)?.topicsByName.get(topic);
    const record = known?.record.partitions[partition];
    return record === undefined ? 'gone' : leaderOr(record.leader);
  }

  #createMachine(partition: Partition): TransactionCoordinatorShard {
    const { index, record } = partition;
    const { leaderEpoch } = record;
    return new TransactionCoordinatorShard({
      settings: this.#settings,
      hasCluster: (clusterId) => this.#cell.clusters.has(clusterId),
      accountOf: (clusterId) => this.#accountOf(clusterId),
      limitReached: (clusterId) => this.#cell.clusters.get(clusterId)?.reachedLimits.reached('groupBytesMax'),
      writeMarkers: (work) => void this.#writeMarkers(index, leaderEpoch, work),
    });
  }

  /** Ids of a cluster that is no more are still there until they are forgotten; they may not grow. */
  #accountOf(clusterId: string): Account {
    const cluster = this.#cell.clusters.get(clusterId);
    return cluster?.accounts.groups ?? new Account(0, this.#cell.accounts.groups);
  }
}

function leaderOr(leader: number | null): number | 'none' {
  return leader === null || leader < 0 ? 'none' : leader;
}
