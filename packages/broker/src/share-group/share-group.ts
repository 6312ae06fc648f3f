import { type Deadline, newDeadline } from '../coordinator/deadlines.ts';
import { groupBytes } from '../group/footprint.ts';
import type { GroupName } from '../group/records.ts';
import type { Account } from '../memory/account.ts';
import type { ShareSubscription } from './records.ts';
import type { SharePartition } from './share-partition.ts';

export interface ShareMember {
  readonly memberId: string;
  readonly subscription: ShareSubscription;
  readonly session: Deadline<ShareDeadline>;
}

/** One partition of the group's. */
export interface SharePlace {
  readonly topicId: string;
  readonly partition: number;
}

export interface PlacedShare extends SharePlace {
  readonly share: SharePartition;
  /** When the next lock ends. */
  readonly lock: Deadline<ShareDeadline>;
  chargedBytes: number;
}

export type ShareDeadline =
  | { readonly kind: 'session'; readonly group: ShareGroup; readonly memberId: string }
  | { readonly kind: 'lock'; readonly group: ShareGroup; readonly placed: PlacedShare }
  | { readonly kind: 'sweep' };

/** What one member costs on the heap besides its texts, each topic name, one partition and each of its runs, bytes: rounded up as in `group/footprint`. */
const memberBase = 1_200;
const nameBase = 80;
const partitionBase = 900;
const runBytes = 160;

export function shareMemberBytes(memberId: string, subscription: ShareSubscription): number {
  const { rackId, clientId, clientHost, subscribedTopicNames } = subscription;
  let bytes = memberBase + 2 * (memberId.length + (rackId?.length ?? 0) + clientId.length);
  bytes += 2 * clientHost.length;
  for (const name of subscribedTopicNames) bytes += nameBase + 2 * name.length;
  return bytes;
}

/** A partition of which nobody has had anything. */
export const sharePartitionBytes = partitionBase;

function placedBytes({ share }: PlacedShare): number {
  return partitionBase + share.runs.length * runBytes;
}

/** So many more runs at most come of one more acquisition or acknowledgement of so many records. */
export function runsBytes(records: number): number {
  return records * runBytes;
}

/** One share group (KIP-932): its members, and of each partition what became of its records. Charged to an account. */
export class ShareGroup {
  readonly name: GroupName;
  epoch = 0;
  /** Of the cluster's topics, when the group's epoch was raised for them. */
  topicsVersion = -1;
  /** Since when it is empty, or was made, milliseconds since the epoch. */
  stateTimestamp: number;
  readonly members = new Map<string, ShareMember>();
  private readonly partitionMap = new Map<string, PlacedShare>();
  private readonly account: Account;
  private chargedBytes = 0;

  constructor(name: GroupName, now: number, account: Account) {
    this.name = name;
    this.account = account;
    this.stateTimestamp = now;
    this.charge(groupBytes(name));
  }

  setMember(memberId: string, subscription: ShareSubscription): ShareMember {
    const former = this.members.get(memberId);
    const session = former?.session ?? newDeadline({ kind: 'session', group: this, memberId });
    const member = { memberId, subscription, session };
    this.members.set(memberId, member);
    const formerBytes = former === undefined ? 0 : shareMemberBytes(memberId, former.subscription);
    this.charge(shareMemberBytes(memberId, subscription) - formerBytes);
    return member;
  }

  removeMember(memberId: string): ShareMember | undefined {
    const member = this.members.get(memberId);
    if (member === undefined) return undefined;
    this.members.delete(memberId);
    this.charge(-shareMemberBytes(memberId, member.subscription));
    return member;
  }

  find({ topicId, partition }: SharePlace): PlacedShare | undefined {
    return this.partitionMap.get(`${topicId}/${partition}`);
  }

  place({ topicId, partition }: SharePlace, share: SharePartition): PlacedShare {
    const former = this.find({ topicId, partition });
    if (former !== undefined) this.remove(former);
    // The deadline and what it is about know each other.
    const placed: PlacedShare = {
      ...{ topicId, partition, share, chargedBytes: 0 },
      get lock() {
        return lock;
      },
    };
    const lock: Deadline<ShareDeadline> = newDeadline({ kind: 'lock', group: this, placed });
    this.partitionMap.set(`${topicId}/${partition}`, placed);
    this.recharge(placed);
    return placed;
  }

  remove(placed: PlacedShare): void {
    this.partitionMap.delete(`${placed.topicId}/${placed.partition}`);
    this.charge(-placed.chargedBytes);
    placed.chargedBytes = 0;
  }

  get partitions(): Iterable<PlacedShare> {
    return this.partitionMap.values();
  }

  /** What is kept of the partition has changed. */
  recharge(placed: PlacedShare): void {
    const bytes = placedBytes(placed);
    this.charge(bytes - placed.chargedBytes);
    placed.chargedBytes = bytes;
  }

  /** The group is forgotten: gives back what was charged for it. */
  release(): void {
    this.charge(-this.chargedBytes);
  }

  private charge(bytes: number): void {
    this.chargedBytes += bytes;
    if (bytes > 0) this.account.take(bytes);
    else this.account.giveBack(-bytes);
  }
}
