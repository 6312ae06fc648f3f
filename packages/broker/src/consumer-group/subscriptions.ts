import { createHash } from 'node:crypto';
import type { GroupDeps } from '../group/settings.ts';
import type { Assignee } from './assignors.ts';
import type { ConsumerGroup, ConsumerMember, ResolvedRegex, Subscription } from './consumer-group.ts';
import { noPartitions, type Partitions } from './partitions.ts';

/** A group as it will be once what is being decided is replayed. */
export interface NextGroup {
  readonly group: ConsumerGroup<unknown>;
  /** The member that asks, with what it says now; null: it leaves. */
  readonly changed: { readonly memberId: string; readonly subscription: Subscription | null };
  /** The member whose place it takes. */
  readonly replaced: ConsumerMember | null;
  /** Regular expressions that were just resolved. */
  readonly resolved: ReadonlyMap<string, ResolvedRegex>;
}

/** What each of the group's members says, and was to have so far. */
function* membersOf({ group, changed, replaced }: NextGroup): Iterable<{
  readonly memberId: string;
  readonly subscription: Subscription;
  readonly target: Partitions;
}> {
  for (const member of group.members.values()) {
    if (member.memberId === changed.memberId || member.memberId === replaced?.memberId) continue;
    yield member;
  }
  const { memberId, subscription } = changed;
  const target = (group.members.get(memberId) ?? replaced)?.target ?? noPartitions;
  if (subscription !== null) yield { memberId, subscription, target };
}

/** All names that somebody subscribes to, by name or by what a regular expression stood for. */
export function subscribedNames(next: NextGroup): Set<string> {
  const { group, changed, replaced } = next;
  const names = new Set(group.subscriberCounts.keys());
  // Names that only members have who say something else now.
  const left = new Map<string, number>();
  for (const member of [group.members.get(changed.memberId), replaced]) {
    for (const name of member?.subscription.topicNames ?? []) left.set(name, (left.get(name) ?? 0) + 1);
  }
  for (const [name, count] of left) if ((group.subscriberCounts.get(name) ?? 0) <= count) names.delete(name);
  for (const name of changed.subscription?.topicNames ?? []) names.add(name);
  for (const pattern of patternsOf(next)) for (const name of topicsOf(next, pattern)) names.add(name);
  return names;
}

/** Regular expressions that somebody subscribes with. */
export function patternsOf({ group, changed, replaced }: NextGroup): Set<string> {
  const patterns = new Set<string>();
  // Groups without any, which are most, need not look at all their members.
  if (group.regexes.size === 0 && changed.subscription?.regex == null) return patterns;
  for (const { subscription } of membersOf({ group, changed, replaced, resolved: new Map() }))
    if (subscription.regex !== null && subscription.regex !== '') patterns.add(subscription.regex);
  return patterns;
}

function topicsOf({ group, resolved }: NextGroup, pattern: string): readonly string[] {
  return (resolved.get(pattern) ?? group.regexes.get(pattern))?.topics ?? [];
}

interface Topics extends Pick<GroupDeps, 'topicOf'> {
  readonly clusterId: string;
}

/** A number that is another where other topics or partitions are to be assigned; 0: there are none. */
export function metadataHash(names: ReadonlySet<string>, { clusterId, topicOf }: Topics): number {
  const hash = createHash('sha256');
  let isEmpty = true;
  for (const name of [...names].sort()) {
    const topic = topicOf(clusterId, name);
    if (topic === null) continue;
    isEmpty = false;
    hash.update(`${name} ${topic.topicId} ${topic.partitionCount}\n`);
  }
  // As many bytes as a number holds exactly.
  return isEmpty ? 0 : hash.digest().readUIntBE(0, 6);
}

export interface AssignmentInput {
  readonly members: readonly Assignee[];
  readonly counts: ReadonlyMap<string, number>;
  /** Partitions of all topics that somebody subscribes to. */
  readonly total: number;
}

/** What an assignor is told. */
export function assignmentInput(next: NextGroup, { clusterId, topicOf }: Topics): AssignmentInput {
  const counts = new Map<string, number>();
  let total = 0;
  const idOf = (name: string): string[] => {
    const topic = topicOf(clusterId, name);
    if (topic === null) return [];
    if (!counts.has(topic.topicId)) total += topic.partitionCount;
    counts.set(topic.topicId, topic.partitionCount);
    return [topic.topicId];
  };
  const members = Array.from(membersOf(next), ({ memberId, subscription, target }) => {
    const { instanceId, topicNames, regex } = subscription;
    const names = new Set(topicNames);
    if (regex !== null) for (const name of topicsOf(next, regex)) names.add(name);
    return { memberId, instanceId, target, topicIds: [...names].flatMap(idOf) };
  });
  return { members, counts, total };
}
