import { AclIndex } from '@weir/metadata-store/acl-index';
import type { AclBinding, BrokerRecord, TopicRecord } from '@weir/metadata-store/model';
import type { Change, MetadataStore } from '@weir/metadata-store/port';
import { noRoleGrants } from '@weir/metadata-store/rules';
import { withPartitions } from '@weir/metadata-store/with-partitions';

type AclsChange = Extract<Change, { kind: 'acls' }>;

/**
 * What this process has read of one cell, for questions over many rows. Every question first catches up, so
 * that it sees all that was committed before it was asked; what has not changed is not read again.
 */
export class CellView {
  readonly #store: MetadataStore;
  readonly #topics = new Map<string, Map<string, TopicRecord>>();
  readonly #acls = new Map<string, AclsChange>();
  /** Made when it is asked for, of what the cluster's ACLs and roles were then. */
  readonly #indexes = new Map<string, AclIndex>();
  readonly #brokers = new Map<number, BrokerRecord>();
  #version = 0;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(store: MetadataStore) {
    this.#store = store;
  }

  /** By name. */
  async topics(clusterId: string): Promise<readonly TopicRecord[]> {
    await this.#catchUp();
    const topics = [...(this.#topics.get(clusterId)?.values() ?? [])];
    return topics.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  async acls(clusterId: string): Promise<readonly AclBinding[]> {
    await this.#catchUp();
    return this.#acls.get(clusterId)?.bindings ?? [];
  }

  /** ACLs, and what roles allow beside them. */
  async said(clusterId: string): Promise<Pick<AclsChange, 'bindings' | 'roleGrants'>> {
    await this.#catchUp();
    return this.#acls.get(clusterId) ?? { bindings: [], roleGrants: noRoleGrants };
  }

  /** What ACLs and roles allow in a cluster, as its brokers decide it. */
  async authorizer(clusterId: string): Promise<AclIndex> {
    await this.#catchUp();
    const known = this.#indexes.get(clusterId);
    if (known !== undefined) return known;
    const acls = this.#acls.get(clusterId);
    const index = new AclIndex(acls?.bindings ?? [], acls?.roleGrants.grants);
    this.#indexes.set(clusterId, index);
    return index;
  }

  /** All that ever registered, by id. */
  async brokers(): Promise<ReadonlyMap<number, BrokerRecord>> {
    await this.#catchUp();
    return this.#brokers;
  }

  /** Where each broker of the cell stands; null: it has not told. */
  async racks(): Promise<ReadonlyMap<number, string | null>> {
    return new Map([...(await this.brokers())].map(([brokerId, { rack }]) => [brokerId, rack]));
  }

  /** A read that is under way may have begun too early for the one who asks now; the one after it has not. */
  #catchUp(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#read().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => undefined) // Whoever asked for that read hears of its failure.
      .then(() => {
        this.#next = undefined;
        return this.#catchUp();
      });
    return this.#next;
  }

  async #read(): Promise<void> {
    const set = await this.#store.changesSince(this.#version);
    for (const change of set.changes) this.#apply(change);
    this.#version = set.version;
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case 'topic': {
        const topics = this.#topics.get(change.clusterId) ?? new Map<string, TopicRecord>();
        this.#topics.set(change.clusterId, topics);
        if (change.topic) topics.set(change.topicId, change.topic);
        else topics.delete(change.topicId);
        return;
      }
      case 'partitions': {
        const topics = this.#topics.get(change.clusterId);
        const topic = topics?.get(change.topicId);
        if (topic) topics?.set(change.topicId, withPartitions(topic, change.partitions));
        return;
      }
      case 'acls':
        this.#acls.set(change.clusterId, change);
        this.#indexes.delete(change.clusterId);
        return;
      case 'cluster':
        if (change.cluster) return;
        this.#topics.delete(change.clusterId);
        this.#acls.delete(change.clusterId);
        this.#indexes.delete(change.clusterId);
        return;
      case 'broker':
        this.#brokers.set(change.brokerId, change.broker);
        return;
      case 'credential':
        return;
    }
  }
}
