import type {
  AclBinding,
  BrokerRecord,
  ClusterRecord,
  CredentialRecord,
  TopicRecord,
  Uuid,
} from '../model.ts';
import type { BrokerLoad } from '../placement.ts';
import type { Change } from '../port.ts';
import { collisionKey } from '../rules.ts';
import type { JournalEntry } from './journal.ts';

const isRemoval = (change: Change) =>
  (change.kind === 'cluster' && change.cluster === null) ||
  (change.kind === 'credential' && change.credential === null) ||
  (change.kind === 'topic' && change.topic === null);

/** The order in which a reader can take changes in: removals make room, then what others hang from. */
const rank = (change: Change): number =>
  isRemoval(change) ? 0 : ['cluster', 'broker', 'credential', 'acls', 'topic'].indexOf(change.kind) + 1;

export function inReadingOrder(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((one, other) => rank(one) - rank(other));
}

function identity(change: Change): string {
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

/**
 * All that a cell has agreed on. It changes only by `apply`, which a commit and the replay of a journal
 * share; everything else here is derived by it.
 */
export class CellState {
  version = 0;
  nextProducerId = 0;
  readonly clusters = new Map<string, ClusterRecord>();
  readonly credentials = new Map<string, CredentialRecord>();
  readonly topics = new Map<Uuid, TopicRecord>();
  readonly acls = new Map<string, readonly AclBinding[]>();
  readonly brokers = new Map<number, BrokerRecord>();
  readonly #topicIds = new Map<string, Uuid>();
  readonly #topicsOfCluster = new Map<string, Set<Uuid>>();
  readonly #loads = new Map<number, { replicas: number; leaders: number }>();
  /** The last change of each thing that there ever was, and the version that made it. */
  readonly #last = new Map<string, { readonly version: number; readonly change: Change }>();

  apply(entry: JournalEntry): void {
    for (const change of entry.changes) {
      this.#applyChange(change);
      this.#last.set(identity(change), { version: entry.version, change });
    }
    this.version = entry.version;
    this.nextProducerId = entry.nextProducerId;
  }

  changesSince(version: number): readonly Change[] {
    if (version >= this.version) return [];
    const changes: Change[] = [];
    for (const last of this.#last.values()) {
      if (last.version > version && !(version === 0 && isRemoval(last.change))) changes.push(last.change);
    }
    return inReadingOrder(changes);
  }

  /** The last change of each thing; what was removed for good is in it, removed topics are not. */
  everything(): readonly Change[] {
    const changes = [...this.#last.values()].map((last) => last.change);
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

  topicsOf(clusterId: string): readonly TopicRecord[] {
    const topicIds = this.#topicsOfCluster.get(clusterId) ?? [];
    return [...topicIds].map((topicId) => this.topics.get(topicId)).filter((topic) => topic !== undefined);
  }

  partitionCount(clusterId: string): number {
    return this.topicsOf(clusterId).reduce((count, topic) => count + topic.partitions.length, 0);
  }

  brokerLoads(): readonly BrokerLoad[] {
    return [...this.brokers.keys()].map((brokerId) => {
      const load = this.#loads.get(brokerId);
      return { brokerId, replicaCount: load?.replicas ?? 0, leaderCount: load?.leaders ?? 0 };
    });
  }

  #applyChange(change: Change): void {
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
        return;
      case 'broker':
        this.brokers.set(change.brokerId, change.broker);
        return;
      case 'topic':
        this.#applyTopic(change.topicId, change.topic);
    }
  }

  #applyTopic(topicId: Uuid, topic: TopicRecord | null): void {
    const before = this.topics.get(topicId);
    if (before !== undefined) {
      this.#count(before, -1);
      this.topics.delete(topicId);
      this.#topicIds.delete(`${before.clusterId}/${collisionKey(before.name)}`);
      this.#topicsOfCluster.get(before.clusterId)?.delete(topicId);
    }
    if (topic === null) return;
    this.#count(topic, 1);
    this.topics.set(topicId, topic);
    this.#topicIds.set(`${topic.clusterId}/${collisionKey(topic.name)}`, topicId);
    const siblings = this.#topicsOfCluster.get(topic.clusterId) ?? new Set<Uuid>();
    this.#topicsOfCluster.set(topic.clusterId, siblings.add(topicId));
  }

  #count(topic: TopicRecord, by: 1 | -1): void {
    for (const partition of topic.partitions) {
      for (const brokerId of partition.replicas) {
        const load = this.#loads.get(brokerId) ?? { replicas: 0, leaders: 0 };
        load.replicas += by;
        if (brokerId === partition.leader) load.leaders += by;
        this.#loads.set(brokerId, load);
      }
    }
  }
}
