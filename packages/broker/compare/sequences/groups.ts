import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { heartbeatApi } from '@weir/kafka-protocol/apis/12-heartbeat';
import { leaveGroupApi } from '@weir/kafka-protocol/apis/13-leave-group';
import { syncGroupApi } from '@weir/kafka-protocol/apis/14-sync-group';
import { describeGroupsApi } from '@weir/kafka-protocol/apis/15-describe-groups';
import { deleteGroupsApi } from '@weir/kafka-protocol/apis/42-delete-groups';
import { offsetDeleteApi } from '@weir/kafka-protocol/apis/47-offset-delete';
import type { World } from '../../abuse/sound-request.ts';
import type { Conversation } from '../conversation.ts';
import type { Sequence } from '../sequence.ts';

const metadata = (topic: string): Buffer => {
  const bytes = Buffer.alloc(2 + 4 + 2 + topic.length + 4);
  bytes.writeInt16BE(0, 0);
  bytes.writeInt32BE(1, 2);
  bytes.writeInt16BE(topic.length, 6);
  bytes.write(topic, 8, 'utf8');
  bytes.writeInt32BE(-1, 8 + topic.length);
  return bytes;
};

/** Joins as a client of the version does, which from v4 on comes again with the id that it was given (KIP-394). */
async function join(
  talk: Conversation,
  { group, topic }: World,
  version: number,
  instance: string | null = null,
) {
  const body = {
    groupId: group,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    groupInstanceId: instance,
    protocolType: 'consumer',
    protocols: [
      { name: 'range', metadata: metadata(topic) },
      { name: 'roundrobin', metadata: metadata(topic) },
    ],
  };
  const first = await talk.say(joinGroupApi, version, body);
  if (first === null || version < 4 || instance !== null) return first;
  return talk.say(joinGroupApi, version, { ...body, memberId: first.memberId });
}

const commit = (talk: Conversation, world: World, version: number, member: string, generation: number) =>
  talk.say(offsetCommitApi, version, {
    groupId: world.group,
    generationIdOrMemberEpoch: generation,
    memberId: member,
    retentionTimeMs: -1,
    topics: [
      {
        name: world.topic,
        topicId: world.topicId,
        partitions: [
          { partitionIndex: 0, committedOffset: 2, committedLeaderEpoch: 0, committedMetadata: 'said' },
          { partitionIndex: 7, committedOffset: 2, committedMetadata: null },
          { partitionIndex: 1, committedOffset: -5, committedMetadata: 'x'.repeat(4_097) },
        ],
      },
    ],
  });

async function fetchOffsets(talk: Conversation, world: World, version: number): Promise<void> {
  const topics = [{ name: world.topic, topicId: world.topicId, partitionIndexes: [0, 1, 7] }];
  const { group: groupId } = world;
  await talk.say(offsetFetchApi, version, { groupId, topics, groups: [{ groupId, topics }] });
  if (version < 2) return;
  await talk.say(offsetFetchApi, version, { groupId, topics: null, groups: [{ groupId, topics: null }] });
}

const within = (version: number, max: number) => Math.min(version, max);

/** One member's life, and what the group answers to who is none of its. */
const life = (version: number): Sequence => ({
  name: `group-life-${version}`,
  async run(talk, world) {
    const { group: groupId, topic } = world;
    await talk.say(heartbeatApi, within(version, 4), { groupId, generationId: 1, memberId: 'nobody' });
    await talk.say(syncGroupApi, within(version, 5), {
      groupId,
      generationId: 1,
      memberId: 'nobody',
      assignments: [],
    });
    await commit(talk, world, within(version + 2, 10), 'nobody', 1);
    const joined = await join(talk, world, version);
    if (joined === null) return;
    const { memberId, generationId } = joined;
    const member = { groupId, generationId, memberId };
    await talk.say(heartbeatApi, within(version, 4), member);
    await talk.say(syncGroupApi, within(version, 5), {
      ...member,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId, assignment: Buffer.from('mine') }],
    });
    await talk.say(heartbeatApi, within(version, 4), member);
    await talk.say(heartbeatApi, within(version, 4), { ...member, generationId: generationId + 1 });
    await commit(talk, world, within(version + 2, 10), memberId, generationId);
    await commit(talk, world, within(version + 2, 10), memberId, generationId + 1);
    await commit(talk, world, within(version + 2, 10), '', -1);
    await fetchOffsets(talk, world, within(version + 1, 10));
    await talk.say(describeGroupsApi, within(version, 6), { groups: [groupId, `${groupId}-absent`] });
    await talk.say(deleteGroupsApi, within(version, 2), { groupsNames: [groupId] });
    await talk.say(offsetDeleteApi, 0, {
      groupId,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
    });
    await talk.say(leaveGroupApi, within(version, 5), {
      groupId,
      memberId,
      members: [{ memberId }, { memberId: 'nobody' }],
    });
    await talk.say(heartbeatApi, within(version, 4), member);
    await talk.say(describeGroupsApi, within(version, 6), { groups: [groupId] });
    await talk.say(offsetDeleteApi, 0, {
      groupId,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }],
    });
    await fetchOffsets(talk, world, within(version + 1, 10));
    await commit(talk, world, within(version + 2, 10), '', -1);
    await talk.say(deleteGroupsApi, within(version, 2), { groupsNames: [groupId] });
    await talk.say(deleteGroupsApi, within(version, 2), { groupsNames: [groupId] });
    await fetchOffsets(talk, world, within(version + 1, 10));
  },
});

/** A static member whose next life takes its place (KIP-345), and is fenced by it. */
const staticMember = (version: number): Sequence => ({
  name: `group-static-${version}`,
  async run(talk, world) {
    const { group: groupId } = world;
    const groupInstanceId = 'one';
    const first = await join(talk, world, version, groupInstanceId);
    if (first === null) return;
    const sync = { groupId, groupInstanceId, protocolType: 'consumer', protocolName: 'range' };
    const given = (memberId: string) => [{ memberId, assignment: Buffer.from('mine') }];
    const { memberId, generationId } = first;
    await talk.say(syncGroupApi, 5, { ...sync, generationId, memberId, assignments: given(memberId) });
    const second = await join(talk, world, version, groupInstanceId);
    if (second === null) return;
    await talk.say(heartbeatApi, 4, { groupId, generationId, memberId, groupInstanceId });
    await talk.say(syncGroupApi, 5, { ...sync, generationId, memberId, assignments: [] });
    await talk.say(syncGroupApi, 5, {
      ...sync,
      generationId: second.generationId,
      memberId: second.memberId,
      assignments: given(second.memberId),
    });
    await talk.say(describeGroupsApi, 6, { groups: [groupId] });
    const leaving = { memberId: '', groupInstanceId };
    await talk.say(leaveGroupApi, 5, {
      groupId,
      memberId: '',
      members: [{ ...leaving, groupInstanceId: 'other' }],
    });
    await talk.say(leaveGroupApi, 5, { groupId, memberId: '', members: [leaving] });
    await talk.say(describeGroupsApi, 6, { groups: [groupId] });
  },
});

/** What no member may say when it joins. */
const refusedJoins: Sequence = {
  name: 'group-refused',
  async run(talk, world) {
    const protocols = [{ name: 'range', metadata: metadata(world.topic) }];
    const sound = {
      groupId: world.group,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols,
    };
    for (const version of [3, 9]) {
      await talk.say(joinGroupApi, version, { ...sound, groupId: '' });
      await talk.say(joinGroupApi, version, { ...sound, sessionTimeoutMs: 1 });
      await talk.say(joinGroupApi, version, { ...sound, sessionTimeoutMs: 2 ** 31 - 1 });
      await talk.say(joinGroupApi, version, { ...sound, memberId: 'never given' });
      await talk.say(joinGroupApi, version, { ...sound, protocols: [] });
      await talk.say(joinGroupApi, version, { ...sound, protocolType: '' });
    }
    const joined = await join(talk, world, 5);
    if (joined === null) return;
    await talk.say(joinGroupApi, 9, { ...sound, protocolType: 'connect' });
    await talk.say(joinGroupApi, 9, { ...sound, protocols: [{ name: 'other', metadata: Buffer.alloc(0) }] });
    const { memberId, generationId } = joined;
    const assignments = [{ memberId, assignment: Buffer.from('mine') }];
    const sync = { groupId: world.group, generationId, memberId, assignments };
    await talk.say(syncGroupApi, 5, { ...sync, protocolType: 'connect', protocolName: 'range' });
    await talk.say(syncGroupApi, 5, { ...sync, protocolType: 'consumer', protocolName: 'roundrobin' });
  },
};

export const groupSequences: readonly Sequence[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(life),
  ...[5, 7, 9].map(staticMember),
  refusedJoins,
];
