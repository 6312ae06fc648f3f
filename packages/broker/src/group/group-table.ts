import type { Account } from '../memory/account.ts';
import { ClassicGroup, type DeadlineSubject } from './classic-group.ts';
import { Deadlines } from './deadlines.ts';
import type { GroupName } from './records.ts';

/** The groups of one shard, by cluster: no look-up can reach from one cluster into another. */
export class GroupTable {
  readonly deadlines = new Deadlines<DeadlineSubject>();
  /** Whether the log was replayed, so that members are those who take part and not those who are told of. */
  isLoaded = false;
  private readonly clusters = new Map<string, Map<string, ClassicGroup>>();
  private readonly accountOf: (clusterId: string) => Account;

  /** `accountOf`: what the groups of a cluster are charged to. */
  constructor(accountOf: (clusterId: string) => Account) {
    this.accountOf = accountOf;
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
    if (cluster.size === 0) this.clusters.delete(clusterId);
    this.deadlines.cancel(group.joinDeadline);
    this.deadlines.cancel(group.syncDeadline);
    for (const member of group.members.values()) this.deadlines.cancel(member.session);
    for (const pending of group.pendingJoins.values()) this.deadlines.cancel(pending);
    group.release();
  }

  /** The table is not used any more: what it kept is given back. */
  release(): void {
    for (const group of this.all()) group.release();
  }

  countOf(clusterId: string): number {
    return this.clusters.get(clusterId)?.size ?? 0;
  }

  of(clusterId: string): Iterable<ClassicGroup> {
    return this.clusters.get(clusterId)?.values() ?? [];
  }

  *all(): Iterable<ClassicGroup> {
    for (const cluster of this.clusters.values()) yield* cluster.values();
  }
}
