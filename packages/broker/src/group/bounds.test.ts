import { createSeededRandom } from '@weir/testing/seeded-random';
import { describe, expect, test } from 'vitest';
import { newDeadline } from '../coordinator/deadlines.ts';
import { Account } from '../memory/account.ts';
import { ClassicGroup, type Member } from './classic-group.ts';
import {
  groupBytes,
  memberBytes,
  offsetBytes,
  pendingJoinBytes,
  recordBytes,
  topicBytes,
} from './footprint.ts';
import { GroupDriver } from './group-driver.ts';

const unlimited = Number.MAX_SAFE_INTEGER;

/** What a group keeps, counted from nothing. */
function recount(group: ClassicGroup): number {
  let bytes = groupBytes(group.name) + recordBytes(group.record);
  for (const member of group.members.values()) bytes += memberBytes(member);
  for (const memberId of group.pendingJoins.keys()) bytes += pendingJoinBytes(memberId);
  for (const [topic, partitions] of group.offsets) {
    bytes += topicBytes(topic);
    for (const { metadata } of partitions.values()) bytes += offsetBytes(metadata);
  }
  return bytes;
}

test('whatever happens to a group, its account holds what it keeps, and nothing once it is released', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = createSeededRandom(seed);
    const account = new Account(unlimited);
    const group = new ClassicGroup({ clusterId: 'lkc-1', groupId: 'group' }, 0, account);
    const protocols = () =>
      Array.from({ length: random.integer(0, 3) }, (_, index) => ({
        name: `protocol-${index}`,
        metadata: Buffer.alloc(random.integer(0, 500)),
      }));
    const member = (memberId: string): Member => ({
      memberId,
      groupInstanceId: random.chance(0.3) ? `static-${memberId}` : null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: 1,
      rebalanceTimeoutMs: 1,
      protocols: protocols(),
      assignment: Buffer.alloc(0),
      chargedBytes: 0,
      isNew: true,
      awaitingJoin: null,
      awaitingSync: null,
      session: newDeadline({ kind: 'session', group, memberId }),
    });
    const actions = [
      (id: string) => !group.members.has(id) && group.add(member(id)),
      (id: string) => group.remove(id),
      (id: string) => {
        const known = group.members.get(id);
        if (known !== undefined) group.setProtocols(known, protocols());
      },
      (id: string) => {
        const known = group.members.get(id);
        if (known !== undefined) group.setAssignment(known, Buffer.alloc(random.integer(0, 900)));
      },
      (id: string) =>
        group.replaceMembers([
          ...[...group.members.values()].slice(1),
          member(`${id}-${random.integer(0, 1 << 30)}`),
        ]),
      (id: string) =>
        !group.pendingJoins.has(id) &&
        group.addPendingJoin(id, newDeadline({ kind: 'session', group, memberId: id })),
      (id: string) => group.removePendingJoin(id),
      (id: string) =>
        group.setOffset(`topic-${id}`, random.integer(0, 2), {
          offset: 1,
          leaderEpoch: 1,
          metadata: 'é'.repeat(random.integer(0, 40)),
          commitTimestamp: 1,
          expireTimestamp: -1,
          topicId: '',
        }),
      (id: string) => group.removeOffset(`topic-${id}`, random.integer(0, 2)),
      () => {
        group.record = random.chance(0.2)
          ? null
          : { key: Buffer.alloc(10), value: Buffer.alloc(random.integer(0, 3_000)) };
      },
    ];
    for (let step = 0; step < 200; step += 1) {
      random.pick(actions)(`m-${random.integer(1, 4)}`);
      expect(account.bytes).toBe(recount(group));
    }
    group.release();
    expect(account.bytes).toBe(0);
    group.removeOffset('topic-m-1', 0);
    expect(account.bytes).toBe(0);
  }
});

describe('a cluster at the bound of what its groups may keep', () => {
  /** A stable group with an offset, and no room for anything more. */
  function full() {
    const driver = new GroupDriver();
    const { ids, generationId } = driver.stableGroup({});
    const memberId = ids[0] ?? '';
    driver.commitOffset(1, { memberId, generationId, metadata: 'noted' });
    driver.account.bytesMax = driver.account.bytes - 500;
    return { driver, memberId, generationId };
  }

  test('grows no more: joins, groups, partitions and longer notes are refused with POLICY_VIOLATION', () => {
    const { driver, memberId, generationId } = full();
    expect(driver.joined(driver.join()).error).toBe('POLICY_VIOLATION');
    expect(driver.commitOffset(2, { memberId, generationId, topic: 'other' })).toBe('POLICY_VIOLATION');
    expect(driver.commitOffset(2, { memberId, generationId, metadata: 'longer than before' })).toBe(
      'POLICY_VIOLATION',
    );
    driver.groupId = 'another';
    expect(driver.commitOffset(1)).toBe('POLICY_VIOLATION');
    expect(driver.joined(driver.join()).error).toBe('POLICY_VIOLATION');
    expect(driver.joined(driver.join({ instance: 'fixed' })).error).toBe('POLICY_VIOLATION');
    expect(driver.shard.groupCount('lkc-1')).toBe(1);
    expect(new Set(driver.limitsReached)).toEqual(new Set(['groupBytesMax']));
  });

  test('works on: heartbeats, commits that do not grow, rebalances of the members it has', () => {
    const { driver, memberId, generationId } = full();
    expect(driver.heartbeat(memberId, generationId)).toBe('NONE');
    expect(driver.commitOffset(2, { memberId, generationId, metadata: 'noted' })).toBe('NONE');
    expect(driver.commitOffset(3, { memberId, generationId, metadata: '' })).toBe('NONE');
    expect(driver.committed()).toBe(3);
    const again = driver.joined(driver.join({ memberId, protocols: { range: 'topics' } }));
    expect(again.error).toBe('NONE');
    expect(driver.synced(driver.sync(memberId, again.generationId, { [memberId]: 'assignment-0' }))).toEqual({
      error: 'NONE',
      assignment: 'assignment-0',
    });
  });

  test('is loaded whole by a restart, and recovers by leaving and deleting', () => {
    const { driver, memberId, generationId } = full();
    driver.restart();
    expect(driver.committed()).toBe(1);
    expect(driver.heartbeat(memberId, generationId)).toBe('NONE');
    expect(driver.leave({ memberId })).toEqual(['NONE']);
    driver.put((shard, token) => shard.deleteGroup(driver.moment, token, driver.scope, 'group'));
    expect(driver.account.bytes).toBe(0);
    driver.account.bytesMax = 10_000;
    expect(driver.commitOffset(1)).toBe('NONE');
  });

  test('an assignment that is too much for it ends the attempt with POLICY_VIOLATION, and the group lives on', () => {
    const { driver, memberId } = full();
    const again = driver.joined(driver.join({ memberId, protocols: { range: 'topics' } }));
    const assignment = 'x'.repeat(2_000);
    const synced = driver.synced(driver.sync(memberId, again.generationId, { [memberId]: assignment }));
    expect(synced.error).toBe('POLICY_VIOLATION');
    expect(driver.heartbeat(memberId, again.generationId)).toBe('REBALANCE_IN_PROGRESS');
  });
});

describe('what no record could hold is refused to its client, and is no fault of the coordinator', () => {
  test('a group id that grows beyond a text’s bound when it is written', () => {
    const driver = new GroupDriver();
    driver.groupId = '\ufffd'.repeat(20_000);
    expect(driver.commitOffset(1)).toBe('INVALID_GROUP_ID');
    expect(driver.joined(driver.join()).error).toBe('INVALID_GROUP_ID');
    driver.groupId = 'g'.repeat(32_767);
    expect(driver.commitOffset(1)).toBe('INVALID_GROUP_ID');
    driver.groupId = 'g'.repeat(32_000);
    expect(driver.commitOffset(1)).toBe('NONE');
  });

  test('names of protocols and instances', () => {
    const driver = new GroupDriver();
    const long = '\ufffd'.repeat(11_000);
    expect(driver.joined(driver.join({ protocols: { [long]: '' } })).error).toBe(
      'INCONSISTENT_GROUP_PROTOCOL',
    );
    expect(driver.joined(driver.join({ protocolType: long })).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(driver.joined(driver.join({ instance: 'i'.repeat(32_767) })).error).toBe('INVALID_REQUEST');
  });

  test('a client id as long as the wire allows: of it a beginning is kept', () => {
    const driver = new GroupDriver();
    driver.scope = { ...driver.scope, clientId: '\ufffd'.repeat(32_767) };
    const { ids, generationId } = driver.stableGroup({});
    driver.restart();
    expect(driver.heartbeat(ids[0] ?? '', generationId)).toBe('NONE');
    expect(ids[0]?.length).toBeLessThan(300);
  });

  test('a retention time beyond all numbers', () => {
    const driver = new GroupDriver();
    expect(driver.commitOffset(1, { retentionTimeMs: Number.MAX_SAFE_INTEGER })).toBe('NONE');
    expect(driver.committed()).toBe(1);
  });
});

test('a member offers no more protocols than anybody needs', () => {
  const driver = new GroupDriver();
  const names = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`protocol-${index}`, '']));
  expect(driver.joined(driver.join({ protocols: names(101) })).error).toBe('POLICY_VIOLATION');
  expect(driver.joined(driver.join({ protocols: names(100) })).error).toBe('MEMBER_ID_REQUIRED');
});

test('max.poll.interval.ms without end is taken, and keeps a rebalance waiting for half an hour at most', () => {
  const driver = new GroupDriver();
  const endless = { rebalanceTimeoutMs: 2 ** 31 - 1, sessionTimeoutMs: 1_800_000 };
  const { ids, generationId } = driver.stableGroup(endless, endless);
  const [leader = '', other = ''] = ids;
  const again = driver.join({ ...endless, memberId: leader });
  for (let minute = 0; minute < 30; minute += 1) {
    driver.heartbeat(other, generationId);
    expect(driver.waits(again)).toBe(true);
    driver.advance(60_000);
  }
  driver.advance(1);
  expect(driver.joined(again)).toMatchObject({ error: 'NONE', generationId: generationId + 1 });
});
