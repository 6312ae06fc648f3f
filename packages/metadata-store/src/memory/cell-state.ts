import type {
  AclBinding,
  BrokerRecord,
  ClusterRecord,
  CredentialRecord,
  PartitionRecord,
  RoleGrants,
  TopicRecord,
  Uuid,
} from '../model.ts';
import type { BrokerLoad } from '../placement.ts';
import type { Change, NumberedPartition } from '../port.ts';
import { collisionKey, noRoleGrants } from '../rules.ts';
import { withPartitions } from '../with-partitions.ts';
import type { JournalEntry } from './journal.ts';

const isRemoval = (change: Change) =>
  (change.kind === 'cluster' && change.cluster === null) ||
  (change.kind === 'credential' && change.credential === null) ||
  (change.kind === 'topic' && change.topic === null);

/** The order in which a reader can take changes in: removals make room, then what others hang from. */
const rank = (change: Change): number =>
  isRemoval(change)
    ? 0
    : ['cluster', 'broker', 'credential', 'acls', 'topic', 'partitions'].indexOf(change.kind) + 1;

export function inReadingOrder(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((one, other) => rank(one) - rank(other));
}

/** Of things that are told as a whole; partitions are told with their topic, or each by its own version. */
function identity(change: Exclude<Change, { kind: 'partitions' }>): string {
  switch (change.kind) {
    case 'cluster':
    case 'acls':
      return `${change.kind}/${change.clusterId}`;
    case 'credential':
      return `credential/${change.keyId}`;
    case 'topic':
      return `topic/${change.topicId}`;
    case 'broker':
      return `broker/${change.brokerId}`;
  }
}

interface Last {
  readonly version: number;
  readonly change: Change;
}

/**
 * All that a cell has agreed on. It changes only by `apply`, which a commit and the replay of a journal
 * share; everything else here is derived by it.
 */
export class CellState {
  version = 0;
  nextProducerId = 0;
  /** In base64; null: nobody has asked for it yet. */
  cellSecret: string | null = null;
  readonly clusters = new Map<string, ClusterRecord>();
  readonly credentials = new Map<string, CredentialRecord>();
  readonly topics = new Map<Uuid, TopicRecord>();
  readonly acls = new Map<string, readonly AclBinding[]>();
  readonly #roleGrants = new Map<string, RoleGrants>();
  readonly brokers = new Map<number, BrokerRecord>();
  readonly #topicIds = new Map<string, Uuid>();
  readonly #topicsOfCluster = new Map<string, Set<Uuid>>();
  readonly #loads = new Map<number, { replicas: number; leaders: number }>();
  /** The last change of each thing that there ever was, and the version that made it. */
  readonly #last = new Map<string, Last>();
  /** Of partitions that have changed since their topic did, by number. */
  readonly #partitionVersions = new Map<Uuid, Map<number, number>>();

  apply(entry: JournalEntry): void {
    for (const change of entry.changes) {
      this.#applyChange(change, entry.version);
      if (change.kind !== 'partitions') {
        this.#last.set(identity(change), { version: entry.version, change });
      }
    }
    this.version = entry.version;
    this.nextProducerId = entry.nextProducerId;
    this.cellSecret = entry.cellSecret ?? this.cellSecret;
  }

  changesSince(version: number): readonly Change[] {
    if (version >= this.version) return [];
    const changes: Change[] = [];
    for (const last of this.#last.values()) {
      if (last.version > version && !(version === 0 && isRemoval(last.change))) {
        changes.push(this.#asItIs(last.change));
      }
    }
    for (const [topicId, versions] of this.#partitionVersions) {
      if ((this.#last.get(`topic/${topicId}`)?.version ?? 0) > version) continue;
      const change = this.#partitionsSince(topicId, versions, version);
      if (change !== null) changes.push(change);
    }
    return inReadingOrder(changes);
  }

  #partitionsSince(topicId: Uuid, versions: ReadonlyMap<number, number>, version: number): Change | null {
    const topic = this.topics.get(topicId);
    if (topic === undefined) return null;
    const partitions = topic.partitions
      .map((record, index): NumberedPartition => ({ index, record }))
      .filter(({ index }) => (versions.get(index) ?? 0) > version);
    if (partitions.length === 0) return null;
    return { kind: 'partitions', clusterId: topic.clusterId, topicId, partitions };
  }

  /** A topic's partitions may have changed since the topic did. */
  #asItIs(change: Change): Change {
    if (change.kind !== 'topic' || change.topic === null) return change;
    return { ...change, topic: this.topics.get(change.topicId) ?? change.topic };
  }

  /** The last change of each thing; what was removed for good is in it, removed topics are not. */
  everything(): readonly Change[] {
    const changes = [...this.#last.values()].map((last) => this.#asItIs(last.change));
    return inReadingOrder(changes.filter((change) => change.kind !== 'topic' || change.topic !== null));
  }

  /** Whether this cluster or key existed once and was removed, which is final: ids are never used again. */
  wasRemoved(kind: 'cluster' | 'credential', id: string): boolean {
    const last = this.#last.get(`${kind}/${id}`);
    return last !== undefined && isRemoval(last.change);
  }

  /** The cluster's topic of that name, or the one whose name collides with it. */
  topicInTheWay(clusterId: string, name: string): TopicRecord | null {
    const topicId = this.#topicIds.get(`${clusterId}/${collisionKey(name)}`);
    return (topicId === undefined ? undefined : this.topics.get(topicId)) ?? null;
  }

  roleGrants(clusterId: string): RoleGrants {
    return this.#roleGrants.get(clusterId) ?? noRoleGrants;
  }

  topicsOf(clusterId: string): readonly TopicRecord[] {
    const topicIds = this.#topicsOfCluster.get(clusterId) ?? [];
    return [...topicIds].map((topicId) => this.topics.get(topicId)).filter((topic) => topic !== undefined);
  }

  partitionCount(clusterId: string): number {
    return this.topicsOf(clusterId).reduce((count, topic) => count + topic.partitions.length, 0);
  }

  /** Of the brokers on which something new may be placed. */
  brokerLoads(): readonly BrokerLoad[] {
    const counted = [...this.brokers.values()].filter((broker) => !broker.isCordoned);
    return counted.map(({ brokerId, isFenced, rack, machine }) => {
      const load = this.#loads.get(brokerId);
      const replicaCount = load?.replicas ?? 0;
      return { brokerId, isFenced, rack, machine, replicaCount, leaderCount: load?.leaders ?? 0 };
    });
  }

  #applyChange(change: Change, version: number): void {
    switch (change.kind) {
      case 'cluster':
        if (change.cluster === null) this.clusters.delete(change.clusterId);
        else this.clusters.set(change.clusterId, change.cluster);
        return;
      case 'credential':
        if (change.credential === null) this.credentials.delete(change.keyId);
        else this.credentials.set(change.keyId, change.credential);
        return;
      case 'acls':
        this.acls.set(change.clusterId, change.bindings);
        this.#roleGrants.set(change.clusterId, change.roleGrants);
        return;
      case 'broker':
        this.brokers.set(change.brokerId, change.broker);
        return;
      case 'topic':
        this.#applyTopic(change.topicId, change.topic);
        return;
      case 'partitions':
        this.#applyPartitions(change.topicId, change.partitions, version);
    }
  }

  #applyTopic(topicId: Uuid, topic: TopicRecord | null): void {
    this.#partitionVersions.delete(topicId);
    const before = this.topics.get(topicId);
    if (before !== undefined) {
      for (const partition of before.partitions) this.#count(partition, -1);
      this.topics.delete(topicId);
      this.#topicIds.delete(`${before.clusterId}/${collisionKey(before.name)}`);
      this.#topicsOfCluster.get(before.clusterId)?.delete(topicId);
    }
    if (topic === null) return;
    for (const partition of topic.partitions) this.#count(partition, 1);
    this.topics.set(topicId, topic);
    this.#topicIds.set(`${topic.clusterId}/${collisionKey(topic.name)}`, topicId);
    const siblings = this.#topicsOfCluster.get(topic.clusterId) ?? new Set<Uuid>();
    this.#topicsOfCluster.set(topic.clusterId, siblings.add(topicId));
  }

  #applyPartitions(topicId: Uuid, changed: readonly NumberedPartition[], version: number): void {
    const topic = this.topics.get(topicId);
    if (topic === undefined) throw new RangeError(`partitions of topic ${topicId}, which does not exist`);
    const versions = this.#partitionVersions.get(topicId) ?? new Map<number, number>();
    for (const { index, record } of changed) {
      const before = topic.partitions[index];
      if (before === undefined) throw new RangeError(`topic ${topicId} has no partition ${index}`);
      this.#count(before, -1);
      this.#count(record, 1);
      versions.set(index, version);
    }
    this.#partitionVersions.set(topicId, versions);
    this.topics.set(topicId, withPartitions(topic, changed));
  }

  #count(partition: PartitionRecord, by: 1 | -1): void {
    for (const brokerId of partition.replicas) {
      const load = this.#loads.get(brokerId) ?? { replicas: 0, leaders: 0 };
      load.replicas += by;
      if (brokerId === partition.leader) load.leaders += by;
      this.#loads.set(brokerId, load);
    }
  }
}
