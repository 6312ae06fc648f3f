import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { GroupName } from './records.ts';

/**
 * What the parts of a group cost on the heap, bytes. Measured with Node 26 as the growth of heapUsed plus
 * external memory over 100,000 of each after a full collection (group 1,305, member with one protocol and
 * its own buffers 997, protocol 296, pending join 197, topic with one offset 288, each further offset 141,
 * own buffer of four bytes 224), and rounded up by a third and more for tables that double and deadlines in
 * their heap. Texts are counted by their UTF-8 bytes, which are never fewer than they take in memory
 * unless all of it is from U+0080 to U+07FF, where they are as many.
 */
const groupBase = 2_000;
const memberBase = 1_400;
const protocolBase = 400;
const pendingJoinBase = 400;
const topicBase = 400;
const offsetBase = 250;
const recordBase = 700;

export function groupBytes({ clusterId, groupId }: GroupName): number {
  return groupBase + clusterId.length + 2 * Buffer.byteLength(groupId);
}

export interface MemberShape {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  readonly assignment: Buffer;
}

export function memberBytes(member: MemberShape): number {
  const { memberId, groupInstanceId, clientId, clientHost, protocols, assignment } = member;
  const texts =
    2 * memberId.length + 2 * (groupInstanceId?.length ?? 0) + clientId.length + clientHost.length;
  return memberBase + 2 * texts + assignment.length + protocolsBytes(protocols);
}

export function protocolsBytes(protocols: MemberShape['protocols']): number {
  let bytes = 0;
  for (const { name, metadata } of protocols) bytes += protocolBase + 2 * name.length + metadata.length;
  return bytes;
}

export function pendingJoinBytes(memberId: string): number {
  return pendingJoinBase + 2 * memberId.length;
}

export function topicBytes(topic: string): number {
  return topicBase + topic.length;
}

export function offsetBytes(metadata: string): number {
  return offsetBase + Buffer.byteLength(metadata);
}

/** About what the record of the group's members would take, bytes. */
export function groupRecordBytes(group: { readonly members: ReadonlyMap<string, MemberShape> }): number {
  let bytes = 0;
  for (const member of group.members.values()) {
    let longest = 0;
    for (const { metadata } of member.protocols) longest = Math.max(longest, metadata.length);
    bytes += 100 + 2 * member.memberId.length + member.clientId.length + longest + member.assignment.length;
  }
  return bytes;
}

/** The group's latest record, which is kept so that a snapshot can tell it again. */
export function recordBytes(record: CoordinatorRecord | null): number {
  return record === null ? 0 : recordBase + record.key.length + (record.value?.length ?? 0);
}
