import { describe, expect, test } from 'vitest';
import { GroupDriver } from './group-driver.ts';

/** Two members that have joined; nobody has synced. */
function joinedPair(driver: GroupDriver) {
  const [leader, follower] = [driver.askForId(), driver.askForId()];
  const tokens = [driver.join({ memberId: leader }), driver.join({ memberId: follower })];
  driver.advance(6_000);
  const generationId = driver.joined(tokens[0] ?? 0).generationId;
  return { leader, follower, generationId };
}

describe('syncing', () => {
  test('followers wait for the leader, then each gets what the leader assigned it', () => {
    const driver = new GroupDriver();
    const { leader, follower, generationId } = joinedPair(driver);
    const waiting = driver.sync(follower, generationId);
    expect(driver.waits(waiting)).toBe(true);
    const own = driver.sync(leader, generationId, { [leader]: 'a', [follower]: 'b' });
    expect(driver.synced(own)).toEqual({ error: 'NONE', assignment: 'a' });
    expect(driver.synced(waiting)).toEqual({ error: 'NONE', assignment: 'b' });
    expect(driver.synced(driver.sync(follower, generationId))).toEqual({ error: 'NONE', assignment: 'b' });
  });

  test('no assignment is answered before it is committed', () => {
    const driver = new GroupDriver();
    const { leader, follower, generationId } = joinedPair(driver);
    driver.isPrompt = false;
    const waiting = driver.sync(follower, generationId);
    const own = driver.sync(leader, generationId, { [leader]: 'a' });
    expect([driver.waits(waiting), driver.waits(own)]).toEqual([true, true]);
    driver.commit();
    expect(driver.synced(own).assignment).toBe('a');
    expect(driver.synced(waiting)).toEqual({ error: 'NONE', assignment: '' });
  });

  test('an assignment outlives the frame that brought it', () => {
    const driver = new GroupDriver();
    const memberId = driver.askForId();
    const join = driver.join({ memberId });
    driver.advance(6_000);
    const { generationId } = driver.joined(join);
    const frame = Buffer.from('assignment');
    driver.put((shard, token) =>
      shard.syncGroup(
        driver.moment,
        token,
        { ...driver.scope, apiVersion: 4 },
        {
          groupId: driver.groupId,
          generationId,
          memberId,
          groupInstanceId: null,
          protocolType: null,
          protocolName: null,
          assignments: [{ memberId, assignment: frame }],
        },
      ),
    );
    frame.fill(0xdd);
    expect(driver.synced(driver.sync(memberId, generationId)).assignment).toBe('assignment');
    driver.restart();
    expect(driver.synced(driver.sync(memberId, generationId)).assignment).toBe('assignment');
  });

  test('who does not sync within the rebalance timeout is out, and the others start again', () => {
    const driver = new GroupDriver();
    const { leader, follower, generationId } = joinedPair(driver);
    driver.sync(leader, generationId, { [leader]: 'a' });
    for (let beat = 0; beat < 12; beat += 1) {
      driver.heartbeat(leader, generationId);
      driver.heartbeat(follower, generationId);
      driver.advance(5_000);
    }
    expect(driver.heartbeat(follower, generationId)).toBe('UNKNOWN_MEMBER_ID');
    expect(driver.heartbeat(leader, generationId)).toBe('REBALANCE_IN_PROGRESS');
  });

  test('a rebalance answers those who wait REBALANCE_IN_PROGRESS', () => {
    const driver = new GroupDriver();
    const { leader, follower, generationId } = joinedPair(driver);
    const waiting = driver.sync(follower, generationId);
    driver.join({ memberId: leader, protocols: { range: 'changed' } });
    expect(driver.synced(waiting).error).toBe('REBALANCE_IN_PROGRESS');
    expect(driver.synced(driver.sync(follower, generationId)).error).toBe('REBALANCE_IN_PROGRESS');
  });

  test('a member that leaves while it waits is answered', () => {
    const driver = new GroupDriver();
    const { follower, generationId } = joinedPair(driver);
    const waiting = driver.sync(follower, generationId);
    expect(driver.leave({ memberId: follower })).toEqual(['NONE']);
    expect(driver.synced(waiting).error).toBe('UNKNOWN_MEMBER_ID');
  });

  test('an assignment too large for a record begins a rebalance instead', () => {
    const driver = new GroupDriver({ groupRecordBytesMax: 1_000 });
    const { leader, follower, generationId } = joinedPair(driver);
    const waiting = driver.sync(follower, generationId);
    const own = driver.sync(leader, generationId, { [leader]: 'x'.repeat(1_000) });
    expect([driver.synced(waiting).error, driver.synced(own).error]).toEqual([
      'POLICY_VIOLATION',
      'POLICY_VIOLATION',
    ]);
    expect(driver.heartbeat(leader, generationId)).toBe('REBALANCE_IN_PROGRESS');
  });

  test('is refused for another generation, an unknown member, an unfit protocol', () => {
    const driver = new GroupDriver();
    const { leader, generationId } = joinedPair(driver);
    expect(driver.synced(driver.sync(leader, generationId + 1)).error).toBe('ILLEGAL_GENERATION');
    expect(driver.synced(driver.sync('stranger', generationId)).error).toBe('UNKNOWN_MEMBER_ID');
    const unfit = driver.put((shard, token) =>
      shard.syncGroup(driver.moment, token, driver.scope, {
        groupId: driver.groupId,
        generationId,
        memberId: leader,
        groupInstanceId: null,
        protocolType: 'connect',
        protocolName: 'range',
        assignments: [],
      }),
    );
    expect(driver.synced(unfit).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    driver.groupId = 'nowhere';
    expect(driver.synced(driver.sync(leader, generationId)).error).toBe('UNKNOWN_MEMBER_ID');
  });
});

describe('heartbeats', () => {
  test('keep a member; without them it is out after its session timeout and the rest rebalance', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({}, {});
    const [leader = '', silent = ''] = ids;
    for (let beat = 0; beat < 4; beat += 1) {
      driver.advance(2_499);
      expect(driver.heartbeat(leader, generationId)).toBe('NONE');
    }
    driver.advance(4);
    expect(driver.heartbeat(leader, generationId)).toBe('REBALANCE_IN_PROGRESS');
    expect(driver.heartbeat(silent, generationId)).toBe('UNKNOWN_MEMBER_ID');
  });

  test.each([-3_600_000, 3_600_000])(
    'count by the clock that never jumps: the wall clock steps by %i ms',
    (step) => {
      const driver = new GroupDriver();
      const { ids, generationId } = driver.stableGroup({}, {});
      const [leader = '', silent = ''] = ids;
      driver.wallAheadMs += step;
      for (let beat = 0; beat < 4; beat += 1) {
        driver.advance(2_499);
        expect(driver.heartbeat(leader, generationId)).toBe('NONE');
      }
      driver.advance(4);
      expect(driver.heartbeat(silent, generationId)).toBe('UNKNOWN_MEMBER_ID');
    },
  );

  test('of another generation are refused with ILLEGAL_GENERATION', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({});
    expect(driver.heartbeat(ids[0] ?? '', generationId - 1)).toBe('ILLEGAL_GENERATION');
  });

  test('are not needed while a member waits for the others', () => {
    const driver = new GroupDriver();
    const { ids } = driver.stableGroup({}, {});
    const [leader = '', other = ''] = ids;
    const token = driver.join({ memberId: leader });
    for (let beat = 0; beat < 5; beat += 1) {
      driver.advance(9_000);
      driver.heartbeat(other, 1);
    }
    expect(driver.waits(token)).toBe(true);
    driver.join({ memberId: other });
    expect(driver.joined(token).error).toBe('NONE');
  });
});

describe('leaving', () => {
  test('rebalances the rest; the last one leaves an empty group in the log', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({}, {});
    const [leader = '', other = ''] = ids;
    expect(driver.leave({ memberId: other })).toEqual(['NONE']);
    expect(driver.heartbeat(leader, generationId)).toBe('REBALANCE_IN_PROGRESS');
    expect(driver.leave({ memberId: leader }, { memberId: 'stranger' })).toEqual([
      'NONE',
      'UNKNOWN_MEMBER_ID',
    ]);
    driver.restart();
    expect(driver.commitOffset(5)).toBe('NONE');
    const { generationId: next } = driver.stableGroup({});
    expect(next).toBe(generationId + 2);
  });

  test('a member that was only given an id may leave, too', () => {
    const driver = new GroupDriver();
    const pending = driver.askForId();
    expect(driver.leave({ memberId: pending })).toEqual(['NONE']);
    expect(driver.shard.groupCount('lkc-1')).toBe(0);
  });

  test('before v3 the error stands at the top', () => {
    const driver = new GroupDriver();
    driver.scope = { ...driver.scope, apiVersion: 2 };
    const token = driver.put((shard, own) =>
      shard.leaveGroup(driver.moment, own, driver.scope, {
        groupId: 'group',
        memberId: 'stranger',
        members: [],
      }),
    );
    expect(driver.answer(token)).toEqual({ errorCode: 25 });
  });
});
