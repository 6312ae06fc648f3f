import { Deadlines } from '../coordinator/deadlines.ts';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { GroupName } from '../group/records.ts';
import type { Account } from '../memory/account.ts';
import { decodeShareRecord, ShareRecordEncoder } from './records.ts';
import { type PlacedShare, type ShareDeadline, ShareGroup } from './share-group.ts';
import { SharePartition } from './share-partition.ts';

/** The share groups of one shard, by cluster: no look-up can reach from one cluster into another. */
export class ShareTable {
  readonly deadlines = new Deadlines<ShareDeadline>();
  readonly encoder = new ShareRecordEncoder();
  /** Whether the log was replayed: what is decided from then on is done as it is decided. */
  isLoaded = false;
  private readonly clusters = new Map<string, Map<string, ShareGroup>>();
  private readonly accountOf: (clusterId: string) => Account;

  /** `accountOf`: what the groups of a cluster are charged to. */
  constructor(accountOf: (clusterId: string) => Account) {
    this.accountOf = accountOf;
  }

  find({ clusterId, groupId }: GroupName): ShareGroup | undefined {
    return this.clusters.get(clusterId)?.get(groupId);
  }

  create(name: GroupName, now: number): ShareGroup {
    const group = new ShareGroup(name, now, this.accountOf(name.clusterId));
    const cluster = this.clusters.get(name.clusterId) ?? new Map<string, ShareGroup>();
    this.clusters.set(name.clusterId, cluster);
    cluster.set(name.groupId, group);
    return group;
  }

  remove(group: ShareGroup): void {
    const cluster = this.clusters.get(group.name.clusterId);
    if (cluster?.get(group.name.groupId) !== group) return;
    cluster.delete(group.name.groupId);
    if (cluster.size === 0) this.clusters.delete(group.name.clusterId);
    for (const member of group.members.values()) this.deadlines.cancel(member.session);
    for (const placed of group.partitions) this.deadlines.cancel(placed.lock);
    group.release();
  }

  removePartition(group: ShareGroup, placed: PlacedShare): void {
    this.deadlines.cancel(placed.lock);
    group.remove(placed);
  }

  countOf(clusterId: string): number {
    return this.clusters.get(clusterId)?.size ?? 0;
  }

  of(clusterId: string): Iterable<ShareGroup> {
    return this.clusters.get(clusterId)?.values() ?? [];
  }

  *all(): Iterable<ShareGroup> {
    for (const cluster of this.clusters.values()) yield* cluster.values();
  }

  /**
   * Brings the table up to a record of a start's log; false: it is of another type. Decisions of a table that is
   * loaded have changed it already, with the locks that no record tells of.
   */
  replay(record: CoordinatorRecord): boolean {
    const decoded = decodeShareRecord(record);
    if (decoded === null) return false;
    if (this.isLoaded) return true;
    const known = this.find(decoded.group);
    if (decoded.value === null) {
      if (known === undefined) return true;
      if (decoded.type === 'epoch') this.remove(known);
      else if (decoded.type === 'member') known.removeMember(decoded.memberId);
      else {
        const placed = known.find(decoded);
        if (placed !== undefined) known.remove(placed);
      }
      return true;
    }
    const group = known ?? this.create(decoded.group, 0);
    if (decoded.type === 'epoch') group.epoch = decoded.value.epoch;
    else if (decoded.type === 'member') group.setMember(decoded.memberId, decoded.value);
    else group.place(decoded, new SharePartition(decoded.value));
    return true;
  }

  release(): void {
    for (const group of this.all()) group.release();
  }
}
