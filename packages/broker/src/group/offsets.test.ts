import { describe, expect, test } from 'vitest';
import { GroupDriver } from './group-driver.ts';

const day = 24 * 60 * 60 * 1_000;
const topicId = Buffer.alloc(16, 1).toString('base64url');
const otherTopicId = Buffer.alloc(16, 2).toString('base64url');

describe('committing', () => {
  test('keeps offset, leader epoch and metadata, through a restart', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({});
    expect(driver.commitOffset(42, { memberId: ids[0] ?? '', generationId, metadata: 'my note' })).toBe(
      'NONE',
    );
    driver.restart();
    const expected = [
      {
        name: 'topic',
        partitions: [
          {
            partitionIndex: 0,
            committedOffset: 42,
            committedLeaderEpoch: 3,
            metadata: 'my note',
            errorCode: 0,
          },
        ],
      },
    ];
    expect(driver.fetchOffsets(null)).toMatchObject(expected);
    expect(driver.fetchOffsets([{ name: 'topic' }])).toMatchObject(expected);
  });

  test('is taken from a consumer that assigns itself, as long as the group has no members', () => {
    const driver = new GroupDriver();
    expect(driver.commitOffset(1)).toBe('NONE');
    expect(driver.commitOffset(2)).toBe('NONE');
    expect(driver.committed()).toBe(2);
    driver.stableGroup({});
    expect(driver.commitOffset(3)).toBe('UNKNOWN_MEMBER_ID');
    expect(driver.committed()).toBe(2);
  });

  test('is refused for another generation or an unknown member', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({});
    const memberId = ids[0] ?? '';
    expect(driver.commitOffset(1, { memberId, generationId: generationId + 1 })).toBe('ILLEGAL_GENERATION');
    expect(driver.commitOffset(1, { memberId: 'stranger', generationId })).toBe('UNKNOWN_MEMBER_ID');
    expect(driver.committed()).toBe(-1);
  });

  test('with a generation to a group that is not there: ILLEGAL_GENERATION, from v9 GROUP_ID_NOT_FOUND', () => {
    const driver = new GroupDriver();
    driver.scope = { ...driver.scope, apiVersion: 8 };
    expect(driver.commitOffset(1, { memberId: 'me', generationId: 1 })).toBe('ILLEGAL_GENERATION');
    driver.scope = { ...driver.scope, apiVersion: 9 };
    expect(driver.commitOffset(1, { memberId: 'me', generationId: 1 })).toBe('GROUP_ID_NOT_FOUND');
  });

  test('goes on while members gather, and pauses while the assignment is made', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({}, {});
    const [leader = '', other = ''] = ids;
    driver.join({ memberId: leader });
    expect(driver.commitOffset(10, { memberId: other, generationId })).toBe('NONE');
    driver.join({ memberId: other });
    expect(driver.commitOffset(11, { memberId: other, generationId: generationId + 1 })).toBe(
      'REBALANCE_IN_PROGRESS',
    );
    expect(driver.committed()).toBe(10);
  });

  test('keeps a member alive', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({});
    for (let commit = 0; commit < 5; commit += 1) {
      driver.advance(9_000);
      expect(driver.commitOffset(commit, { memberId: ids[0] ?? '', generationId })).toBe('NONE');
    }
  });

  test('metadata over the bound: OFFSET_METADATA_TOO_LARGE', () => {
    const driver = new GroupDriver();
    expect(driver.commitOffset(1, { metadata: 'x'.repeat(4_097) })).toBe('OFFSET_METADATA_TOO_LARGE');
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
    expect(driver.commitOffset(1, { metadata: 'x'.repeat(4_096) })).toBe('NONE');
  });

  test('is refused with POLICY_VIOLATION where it would make a group too many', () => {
    const driver = new GroupDriver();
    driver.admits = 'no';
    expect(driver.commitOffset(1)).toBe('POLICY_VIOLATION');
    driver.admits = 'soon';
    expect(driver.commitOffset(1)).toBe('COORDINATOR_LOAD_IN_PROGRESS');
  });
});

describe('fetching', () => {
  test('answers −1 for what was never committed, also by a group that does not exist', () => {
    const driver = new GroupDriver();
    expect(driver.committed('nothing')).toBe(-1);
    expect(driver.fetchOffsets(null)).toEqual([]);
    driver.commitOffset(1);
    expect(driver.committed('nothing')).toBe(-1);
  });

  test('does not tell of a commit that may yet be lost', () => {
    const driver = new GroupDriver();
    driver.isPrompt = false;
    driver.commitOffset(1);
    const fetched = driver.fetchOffsets([{ name: 'topic' }]);
    expect(fetched).toEqual([]);
    driver.crash();
    driver.isPrompt = true;
    expect(driver.committed()).toBe(-1);
  });

  test('what was committed for a deleted topic is not told of a new one of the same name', () => {
    const driver = new GroupDriver();
    driver.commitOffset(9, { topicId });
    const fetched = (id: string) =>
      driver.fetchOffsets([{ name: 'topic', topicId: id }])[0]?.partitions[0]?.committedOffset;
    expect(fetched(topicId)).toBe(9);
    expect(fetched(otherTopicId)).toBe(-1);
    driver.deleteTopic('topic');
    driver.deletedTopics.delete('topic');
    expect(fetched(topicId)).toBe(-1);
  });
});

describe('retention', () => {
  test('offsets of an empty group live for seven days from the moment it became empty', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({ sessionTimeoutMs: 1_800_000 });
    const memberId = ids[0] ?? '';
    driver.commitOffset(5, { memberId, generationId });
    for (let hour = 0; hour < 24 * 10; hour += 1) {
      for (let beat = 0; beat < 3; beat += 1) {
        driver.advance(day / 72);
        driver.heartbeat(memberId, generationId);
      }
    }
    expect(driver.committed()).toBe(5);
    driver.leave({ memberId });
    driver.advance(7 * day - 1_000);
    expect(driver.committed()).toBe(5);
    driver.advance(700_000);
    expect(driver.committed()).toBe(-1);
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
    driver.restart();
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
  });

  test('offsets of a group that never had members live from their commit', () => {
    const driver = new GroupDriver();
    driver.commitOffset(5, { topic: 'old' });
    driver.advance(4 * day);
    driver.commitOffset(6, { topic: 'young' });
    driver.advance(4 * day);
    expect([driver.committed('old'), driver.committed('young')]).toEqual([-1, 6]);
    driver.advance(4 * day);
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
  });

  test('a commit with a retention time of its own lives as long as that', () => {
    const driver = new GroupDriver();
    driver.commitOffset(5, { retentionTimeMs: 2 * day });
    driver.restart();
    driver.advance(2 * day - 1);
    expect(driver.committed()).toBe(5);
    driver.advance(700_000);
    expect(driver.committed()).toBe(-1);
  });

  test('a stable group loses what no member subscribes to any more, nothing else', () => {
    const driver = new GroupDriver();
    const subscription = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1, 0, 4]), Buffer.from('kept')]).toString(
      'latin1',
    );
    const { ids, generationId } = driver.stableGroup({
      sessionTimeoutMs: 1_800_000,
      protocols: { range: subscription },
    });
    const memberId = ids[0] ?? '';
    driver.commitOffset(1, { memberId, generationId, topic: 'kept' });
    driver.commitOffset(2, { memberId, generationId, topic: 'left' });
    for (let beat = 0; beat < 8 * 72; beat += 1) {
      driver.advance(day / 72);
      driver.heartbeat(memberId, generationId);
    }
    expect([driver.committed('kept'), driver.committed('left')]).toEqual([1, -1]);
  });

  test('a great many offsets expire in steps', () => {
    const driver = new GroupDriver();
    for (let group = 0; group < 30; group += 1) {
      driver.groupId = `group-${group}`;
      for (let topic = 0; topic < 100; topic += 1) driver.commitOffset(1, { topic: `topic-${topic}` });
    }
    driver.advance(8 * day);
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
  });
});

describe('deleting and describing groups', () => {
  const ask = (driver: GroupDriver, groupId: string) =>
    driver.answer<{ errorCode: number }>(
      driver.put((shard, token) => shard.deleteGroup(driver.moment, token, driver.scope, groupId)),
    )?.errorCode;

  test('only a group without members goes, with all its offsets and for good', () => {
    const driver = new GroupDriver();
    const { ids } = driver.stableGroup({});
    driver.commitOffset(1, { memberId: ids[0] ?? '', generationId: 1 });
    expect(ask(driver, 'group')).toBe(68);
    driver.leave({ memberId: ids[0] ?? '' });
    expect(ask(driver, 'group')).toBe(0);
    expect(ask(driver, 'group')).toBe(69);
    driver.restart();
    expect(driver.committed()).toBe(-1);
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
  });

  test('lists and describes the cluster’s own groups, members with their subscriptions while stable', () => {
    const driver = new GroupDriver();
    driver.stableGroup({});
    driver.groupId = 'simple';
    driver.commitOffset(1);
    const list = (filters: { states?: string[]; types?: string[] }, clusterId = 'lkc-1') => {
      const token = driver.put((shard, own) =>
        shard.listGroups(
          driver.moment,
          own,
          { ...driver.scope, clusterId },
          {
            statesFilter: filters.states ?? [],
            typesFilter: filters.types ?? [],
          },
        ),
      );
      return driver.answer<{ groups: { groupId: string }[] }>(token)?.groups.map((group) => group.groupId);
    };
    expect(list({})).toEqual(['group', 'simple']);
    expect(list({ states: ['stable'] })).toEqual(['group']);
    expect(list({ types: ['consumer'] })).toEqual([]);
    expect(list({}, 'lkc-2')).toEqual([]);

    const described = driver.put((shard, token) =>
      shard.describeGroups(
        driver.moment,
        token,
        { ...driver.scope, apiVersion: 6 },
        {
          groups: ['group', 'simple', 'none'],
          includeAuthorizedOperations: false,
        },
      ),
    );
    expect(driver.answer(described)).toMatchObject({
      groups: [
        {
          groupState: 'Stable',
          protocolData: 'range',
          members: [{ clientId: 'client', clientHost: '/127.0.0.1' }],
        },
        { groupState: 'Empty', members: [] },
        { groupState: 'Dead', errorCode: 69 },
      ],
    });
  });
});
