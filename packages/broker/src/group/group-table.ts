import type { ConsumerGroup } from '../consumer-group/consumer-group.ts';
import { Deadlines } from '../coordinator/deadlines.ts';
import type { Account } from '../memory/account.ts';
import { ShareTable } from '../share-group/share-table.ts';
import { ClassicGroup, type DeadlineSubject } from './classic-group.ts';
import type { PendingOffset } from './pending-offsets.ts';
import type { GroupName } from './records.ts';

/** The groups of one shard, by cluster: no look-up can reach from one cluster into another. */
export class GroupTable {
  readonly deadlines = new Deadlines<DeadlineSubject>();
  /** Whether the log was replayed, so that members are those who take part and not those who are told of. */
  isLoaded = false;
  private readonly clusters = new Map<string, Map<string, ClassicGroup>>();
  /** Groups with offsets of the producer's open transaction; a producer id is one cluster's. */
  private readonly byProducer = new Map<number, Set<ClassicGroup>>();
  /** A name is that of a group of one kind. */
  readonly shares: ShareTable;
  private readonly accountOf: (clusterId: string) => Account;

  /** `accountOf`: what the groups of a cluster are charged to. */
  constructor(accountOf: (clusterId: string) => Account) {
    this.accountOf = accountOf;
    this.shares = new ShareTable(accountOf);
  }

  find(name: GroupName): ClassicGroup | undefined {
    return this.clusters.get(name.clusterId)?.get(name.groupId);
  }

  create(name: GroupName, now: number): ClassicGroup {
    const group = new ClassicGroup(name, now, this.accountOf(name.clusterId));
    let cluster = this.clusters.get(name.clusterId);
    if (cluster === undefined) {
      cluster = new Map();
      this.clusters.set(name.clusterId, cluster);
    }
    cluster.set(name.groupId, group);
    return group;
  }

  remove(group: ClassicGroup): void {
    const { clusterId, groupId } = group.name;
    const cluster = this.clusters.get(clusterId);
    if (cluster?.get(groupId) !== group) return;
    cluster.delete(groupId);
    for (const producerId of group.pending.producerIds()) this.forgetProducer(group, producerId);
    if (cluster.size === 0) this.clusters.delete(clusterId);
    this.cancelClassic(group);
    this.becomeClassic(group);
    group.release();
  }

  /** The group's members speak the new protocol: what the other had in it ends. */
  becomeConsumer(group: ClassicGroup): ConsumerGroup<DeadlineSubject> {
    group.isDurable = true;
    if (group.consumer !== null) return group.consumer;
    this.cancelClassic(group);
    group.replaceMembers([]);
    for (const memberId of [...group.pendingJoins.keys()]) group.removePendingJoin(memberId);
    return group.becomeConsumer();
  }

  becomeClassic(group: ClassicGroup): void {
    const { consumer } = group;
    if (consumer === null) return;
    for (const deadline of consumer.sessions.values()) this.deadlines.cancel(deadline);
    for (const deadline of consumer.rebalances.values()) this.deadlines.cancel(deadline);
    group.becomeClassic();
  }

  /** Nothing of the member runs out any more. */
  cancelConsumer(consumer: ConsumerGroup<DeadlineSubject>, memberId: string): void {
    for (const deadlines of [consumer.sessions, consumer.rebalances]) {
      const deadline = deadlines.get(memberId);
      if (deadline !== undefined) this.deadlines.cancel(deadline);
      deadlines.delete(memberId);
    }
  }

  private cancelClassic(group: ClassicGroup): void {
    this.deadlines.cancel(group.joinDeadline);
    this.deadlines.cancel(group.syncDeadline);
    for (const member of group.members.values()) this.deadlines.cancel(member.session);
    for (const pending of group.pendingJoins.values()) this.deadlines.cancel(pending);
  }

  addPending(group: ClassicGroup, pending: PendingOffset): void {
    group.pending.set(pending);
    const groups = this.byProducer.get(pending.producerId) ?? new Set<ClassicGroup>();
    this.byProducer.set(pending.producerId, groups);
    groups.add(group);
  }

  removePending(
    group: ClassicGroup,
    { topic, partition, producerId }: Pick<PendingOffset, 'topic' | 'partition' | 'producerId'>,
  ): void {
    group.pending.remove(topic, partition, producerId);
    const [left] = group.pending.of(producerId);
    if (left === undefined) this.forgetProducer(group, producerId);
  }

  private forgetProducer(group: ClassicGroup, producerId: number): void {
    const groups = this.byProducer.get(producerId);
    groups?.delete(group);
    if (groups?.size === 0) this.byProducer.delete(producerId);
  }

  groupsOf(producerId: number): Iterable<ClassicGroup> {
    return this.byProducer.get(producerId) ?? [];
  }

  /** The table is not used any more: what it kept is given back. */
  release(): void {
    for (const group of this.all()) group.release();
    this.shares.release();
  }

  countOf(clusterId: string): number {
    return (this.clusters.get(clusterId)?.size ?? 0) + this.shares.countOf(clusterId);
  }

  of(clusterId: string): Iterable<ClassicGroup> {
    return this.clusters.get(clusterId)?.values() ?? [];
  }

  *all(): Iterable<ClassicGroup> {
    for (const cluster of this.clusters.values()) yield* cluster.values();
  }
}
