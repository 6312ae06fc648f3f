import { describe, expect, test } from 'vitest';
import { GroupDriver } from './group-driver.ts';

describe('static members (KIP-345)', () => {
  test('need no second join and keep their place while they are away', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({ instance: 'one' }, { instance: 'two' });
    expect(ids).toEqual(['one-uuid-1', 'two-uuid-2']);
    driver.advance(9_000);
    const again = driver.joined(driver.join({ instance: 'two' }));
    expect(again).toMatchObject({ error: 'NONE', generationId, leader: 'one-uuid-1' });
    expect(driver.synced(driver.sync(again.memberId, generationId, {}, 'two')).assignment).toBe(
      'assignment-1',
    );
    expect(driver.heartbeat(ids[0] ?? '', generationId, 'one')).toBe('NONE');
  });

  test('fence whoever had the name before: FENCED_INSTANCE_ID', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({ instance: 'one' }, { instance: 'two' });
    const former = ids[1] ?? '';
    driver.join({ instance: 'two' });
    expect(driver.heartbeat(former, generationId, 'two')).toBe('FENCED_INSTANCE_ID');
    expect(driver.synced(driver.sync(former, generationId, {}, 'two')).error).toBe('FENCED_INSTANCE_ID');
    expect(driver.joined(driver.join({ memberId: former, instance: 'two' })).error).toBe(
      'FENCED_INSTANCE_ID',
    );
    expect(driver.commitOffset(1, { memberId: former, generationId, instance: 'two' })).toBe(
      'FENCED_INSTANCE_ID',
    );
    expect(driver.leave({ memberId: former, instance: 'two' })).toEqual(['FENCED_INSTANCE_ID']);
    expect(driver.heartbeat(former, generationId)).toBe('UNKNOWN_MEMBER_ID');
  });

  test('fence a join of their former self that still waits', () => {
    const driver = new GroupDriver();
    const first = driver.join({ instance: 'one' });
    const second = driver.join({ instance: 'one' });
    expect(driver.joined(first).error).toBe('FENCED_INSTANCE_ID');
    driver.advance(6_000);
    expect(driver.joined(second).error).toBe('NONE');
  });

  test('a leader that restarts is told not to assign anew: the old leader id before v9, skipAssignment after', () => {
    const driver = new GroupDriver();
    const { generationId } = driver.stableGroup({ instance: 'one' }, { instance: 'two' });
    const old = driver.joined(driver.join({ instance: 'one' }));
    expect(old).toMatchObject({ generationId, leader: 'one-uuid-1', members: [] });
    driver.scope = { ...driver.scope, apiVersion: 9 };
    const recent = driver.joined(driver.join({ instance: 'one' }));
    expect(recent).toMatchObject({ generationId, leader: recent.memberId, skipAssignment: true });
    expect(recent.members).toHaveLength(2);
  });

  test('a restart during a rebalance begins it anew, so that the leader assigns to the new id', () => {
    const driver = new GroupDriver();
    const tokens = [driver.join({ instance: 'one' }), driver.join({ instance: 'two' })];
    driver.advance(6_000);
    const { memberId, generationId } = driver.joined(tokens[0] ?? 0);
    const again = driver.join({ instance: 'two' });
    expect(driver.waits(again)).toBe(true);
    const leader = driver.join({ memberId, instance: 'one' });
    expect(driver.joined(leader).generationId).toBe(generationId + 1);
    expect(driver.joined(leader).members.map((member) => member.memberId)).toContain(
      driver.joined(again).memberId,
    );
  });

  test('one that is away survives a rebalance, and is out after its session', () => {
    const driver = new GroupDriver();
    const away = { instance: 'away', sessionTimeoutMs: 300_000, rebalanceTimeoutMs: 20_000 };
    const { ids } = driver.stableGroup({ instance: 'one', rebalanceTimeoutMs: 20_000 }, away);
    const [leader = '', absent = ''] = ids;
    const token = driver.join({ memberId: leader, instance: 'one', rebalanceTimeoutMs: 20_000 });
    driver.advance(20_000);
    expect(driver.joined(token).members.map((member) => member.memberId)).toEqual([leader, absent]);
  });

  test('an operator may remove one by its name alone', () => {
    const driver = new GroupDriver();
    driver.stableGroup({ instance: 'one' }, { instance: 'two' });
    expect(driver.leave({ instance: 'two' }, { instance: 'three' })).toEqual(['NONE', 'UNKNOWN_MEMBER_ID']);
  });

  test('stay replaced after a restart of the coordinator', () => {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({ instance: 'one' }, { instance: 'two' });
    const again = driver.joined(driver.join({ instance: 'two' }));
    driver.restart();
    expect(driver.heartbeat(again.memberId, generationId, 'two')).toBe('NONE');
    expect(driver.heartbeat(ids[1] ?? '', generationId, 'two')).toBe('FENCED_INSTANCE_ID');
  });
});
