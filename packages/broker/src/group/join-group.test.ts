import { describe, expect, test } from 'vitest';
import { GroupDriver } from './group-driver.ts';

describe('joining', () => {
  test('a first join of v4 or later is answered MEMBER_ID_REQUIRED with an id to come back with', () => {
    const driver = new GroupDriver();
    const answer = driver.joined(driver.join());
    expect(answer).toMatchObject({
      error: 'MEMBER_ID_REQUIRED',
      memberId: 'client-uuid-1',
      generationId: -1,
    });
  });

  test('before v4 the first join is the join', () => {
    const driver = new GroupDriver();
    driver.scope = { ...driver.scope, apiVersion: 3 };
    const token = driver.join();
    driver.advance(driver.settings.initialRebalanceDelayMs);
    expect(driver.joined(token)).toMatchObject({ error: 'NONE', memberId: 'client-uuid-1', generationId: 1 });
  });

  test('an id that was not given by the group is unknown', () => {
    const driver = new GroupDriver();
    expect(driver.joined(driver.join({ memberId: 'made-up' })).error).toBe('UNKNOWN_MEMBER_ID');
    driver.stableGroup({});
    expect(driver.joined(driver.join({ memberId: 'made-up' })).error).toBe('UNKNOWN_MEMBER_ID');
  });

  test('the first rebalance waits for more members, in steps, up to the rebalance timeout', () => {
    const driver = new GroupDriver({ initialRebalanceDelayMs: 3_000 });
    const first = driver.join({ memberId: driver.askForId(), rebalanceTimeoutMs: 7_000 });
    driver.advance(2_999);
    const second = driver.join({ memberId: driver.askForId(), rebalanceTimeoutMs: 7_000 });
    driver.advance(1);
    expect(driver.waits(first)).toBe(true);
    driver.advance(3_000);
    const [one, other] = [driver.joined(first), driver.joined(second)];
    expect([one.generationId, other.generationId]).toEqual([1, 1]);
    expect(one.leader).toBe(one.memberId);
    expect(one.members.map((member) => member.memberId)).toEqual([one.memberId, other.memberId]);
    expect(other.members).toEqual([]);
  });

  test('the group waits for a member that was given an id, but only as long as its session', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({});
    const [leader = ''] = ids;
    const pending = driver.askForId({ sessionTimeoutMs: 6_000 });
    const token = driver.join({ memberId: leader, rebalanceTimeoutMs: 60_000 });
    driver.advance(5_999);
    expect(driver.waits(token)).toBe(true);
    driver.advance(1);
    expect(driver.joined(token)).toMatchObject({ error: 'NONE', generationId: generationId + 1 });
    expect(driver.joined(driver.join({ memberId: pending })).error).toBe('UNKNOWN_MEMBER_ID');
  });

  test('a dynamic member that does not come back within the rebalance timeout is out', () => {
    const driver = new GroupDriver();
    const { ids } = driver.stableGroup({ rebalanceTimeoutMs: 20_000 }, { rebalanceTimeoutMs: 20_000 });
    const [leader = '', late = ''] = ids;
    const token = driver.join({ memberId: leader, rebalanceTimeoutMs: 20_000 });
    for (let beat = 0; beat < 4; beat += 1) {
      driver.advance(4_999);
      expect(driver.heartbeat(late, 1)).toBe('REBALANCE_IN_PROGRESS');
    }
    driver.advance(4);
    const answer = driver.joined(token);
    expect(answer.members.map((member) => member.memberId)).toEqual([leader]);
    expect(driver.heartbeat(late, answer.generationId)).toBe('UNKNOWN_MEMBER_ID');
  });

  test('when the leader does not come back, one that did leads', () => {
    const driver = new GroupDriver();
    const { ids } = driver.stableGroup({}, {}, {});
    const [, second = '', third = ''] = ids;
    const token = driver.join({ memberId: second, protocols: { range: 'changed' } });
    const other = driver.join({ memberId: third });
    driver.advance(60_000);
    expect(driver.joined(token).leader).toBe(second);
    expect(driver.joined(other).leader).toBe(second);
  });

  test('a stable follower that asks again is told the generation; the leader begins a new one', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({}, {});
    const [leader = '', follower = ''] = ids;
    expect(driver.joined(driver.join({ memberId: follower }))).toMatchObject({
      error: 'NONE',
      generationId,
      leader,
    });
    const token = driver.join({ memberId: leader });
    expect(driver.waits(token)).toBe(true);
    expect(driver.heartbeat(follower, generationId)).toBe('REBALANCE_IN_PROGRESS');
  });

  test('a changed subscription begins a rebalance', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({}, {});
    const [leader = '', follower = ''] = ids;
    const one = driver.join({ memberId: follower, protocols: { range: 'other topics' } });
    expect(driver.waits(one)).toBe(true);
    const other = driver.join({ memberId: leader });
    expect(driver.joined(one).generationId).toBe(generationId + 1);
    const [, subscription] = driver.joined(other).members;
    expect(subscription?.metadata.toString()).toBe('other topics');
  });

  test('a join that lost its answer is given it again while the assignment is being made', () => {
    const driver = new GroupDriver();
    const [one, other] = [driver.askForId(), driver.askForId()];
    const tokens = [driver.join({ memberId: one }), driver.join({ memberId: other })];
    driver.advance(6_000);
    const generations = tokens.map((token) => driver.joined(token).generationId);
    expect(driver.joined(driver.join({ memberId: other })).generationId).toBe(generations[1]);
    expect(driver.joined(driver.join({ memberId: one })).members).toHaveLength(2);
  });

  test('a join repeated on another connection leaves no request waiting for ever', () => {
    const driver = new GroupDriver();
    const memberId = driver.askForId();
    const first = driver.join({ memberId });
    const second = driver.join({ memberId });
    expect(driver.joined(first).error).toBe('REBALANCE_IN_PROGRESS');
    driver.advance(6_000);
    expect(driver.joined(second).error).toBe('NONE');
  });
});

describe('what a join is refused for', () => {
  test.each([5_999, 1_800_001])('a session timeout of %i ms: INVALID_SESSION_TIMEOUT', (sessionTimeoutMs) => {
    const driver = new GroupDriver();
    expect(driver.joined(driver.join({ sessionTimeoutMs })).error).toBe('INVALID_SESSION_TIMEOUT');
  });

  test('an empty group id: INVALID_GROUP_ID', () => {
    const driver = new GroupDriver();
    driver.groupId = '';
    expect(driver.joined(driver.join()).error).toBe('INVALID_GROUP_ID');
  });

  test('no protocol, or none that the others offer: INCONSISTENT_GROUP_PROTOCOL', () => {
    const driver = new GroupDriver();
    expect(driver.joined(driver.join({ protocols: {} })).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(driver.joined(driver.join({ protocolType: '' })).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    driver.stableGroup({});
    expect(driver.joined(driver.join({ protocols: { other: '' } })).error).toBe(
      'INCONSISTENT_GROUP_PROTOCOL',
    );
    expect(driver.joined(driver.join({ protocolType: 'connect' })).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  test('a group that is full: GROUP_MAX_SIZE_REACHED', () => {
    const driver = new GroupDriver({ membersMax: 2 });
    driver.stableGroup({}, {});
    expect(driver.joined(driver.join()).error).toBe('GROUP_MAX_SIZE_REACHED');
  });

  test('more ids asked for than members allowed: GROUP_MAX_SIZE_REACHED', () => {
    const driver = new GroupDriver({ membersMax: 2 });
    driver.askForId();
    driver.askForId();
    expect(driver.joined(driver.join()).error).toBe('GROUP_MAX_SIZE_REACHED');
  });

  test('a group too many for the cluster, or a subscription too large: POLICY_VIOLATION', () => {
    const driver = new GroupDriver({ memberMetadataBytesMax: 100 });
    expect(driver.joined(driver.join({ protocols: { range: 'x'.repeat(100) } })).error).toBe(
      'POLICY_VIOLATION',
    );
    driver.admits = 'no';
    expect(driver.joined(driver.join()).error).toBe('POLICY_VIOLATION');
  });

  test('a group that the cluster may have in a moment: COORDINATOR_LOAD_IN_PROGRESS, after which clients come again', () => {
    const driver = new GroupDriver();
    driver.admits = 'soon';
    expect(driver.joined(driver.join()).error).toBe('COORDINATOR_LOAD_IN_PROGRESS');
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
    driver.admits = 'now';
    expect(driver.joined(driver.join()).error).toBe('MEMBER_ID_REQUIRED');
  });

  test('a refused join leaves no group behind', () => {
    const driver = new GroupDriver();
    driver.join({ protocols: {} });
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
    driver.askForId({ sessionTimeoutMs: 6_000 });
    expect(driver.shard.groupCount('lkc-1')).toBe(1);
    driver.advance(6_000);
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
    expect(driver.log).toEqual([]);
  });
});

describe('the protocol', () => {
  test('is the one most members prefer among those that all offer', () => {
    const driver = new GroupDriver();
    const offers = [
      { range: '', sticky: '', own: '' },
      { sticky: '', range: '' },
      { sticky: '', range: '' },
    ];
    const tokens = offers.map((protocols) =>
      driver.join({ protocols, memberId: driver.askForId({ protocols }) }),
    );
    driver.advance(6_000);
    expect(tokens.map((token) => driver.joined(token).protocolName)).toEqual(['sticky', 'sticky', 'sticky']);
  });
});

describe('tenants', () => {
  test('the same group id in two clusters is two groups', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({});
    driver.commitOffset(7, { memberId: ids[0] ?? '', generationId });
    driver.scope = { ...driver.scope, clusterId: 'lkc-2' };
    expect(driver.heartbeat(ids[0] ?? '', generationId)).toBe('UNKNOWN_MEMBER_ID');
    expect(driver.committed()).toBe(-1);
    expect(driver.fetchOffsets(null)).toEqual([]);
    expect(driver.shard.groupCount('lkc-2')).toBe(0);
  });

  test('a slash in a group id reaches no other cluster', () => {
    const driver = new GroupDriver();
    driver.groupId = 'a/b';
    driver.commitOffset(7);
    driver.restart();
    expect(driver.committed()).toBe(7);
    driver.scope = { ...driver.scope, clusterId: 'lkc-1/a' };
    driver.groupId = 'b';
    expect(driver.committed()).toBe(-1);
  });
});
