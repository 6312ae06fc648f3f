import type { SharedLimit } from '@weir/metadata-store/limit-rules';
import { perLimit } from '@weir/metadata-store/limit-shares';
import { expect, test } from 'vitest';
import { fullConfirmedMs } from '../cell-limits.ts';
import { clusterRecord } from '../testing/identity-for-tests.ts';
import { ClusterShares } from './cluster-shares.ts';

const { limits } = clusterRecord('lkc-a', { ingressBytesPerSecMax: 900, connectionsMax: 30, groupsMax: 30 });

function sharesOf(
  brokers: number,
  granted: Partial<Record<SharedLimit, number>>,
  elsewhere = 0,
  inUse = 0,
): ClusterShares {
  const shares = new ClusterShares(limits, brokers);
  const inUseElsewhere = perLimit(() => elsewhere);
  shares.heard({ clusterId: 'lkc-a', hasTold: true, shares: granted, inUseElsewhere }, () => inUse, 0);
  return shares;
}

test('alone a broker may use all, whatever was granted when it was not, and whatever others used then', () => {
  const shares = sharesOf(1, { connectionsMax: 5 }, 29);
  expect(shares.of('connectionsMax')).toBe(30);
  expect(shares.inUseElsewhere('connectionsMax')).toBe(0);
  const admissions = [29, 30].map((inUse) => shares.admission('connectionsMax', inUse, 0));
  expect(admissions).toEqual(['now', 'no']);
  expect(shares.short.size).toBe(0);
});

test('of several each may use what it was granted, or else an even share; and of no limit there is no share', () => {
  const shares = sharesOf(3, { connectionsMax: 25 });
  const all = {
    connectionsMax: 25,
    ingressBytesPerSecMax: 300,
    egressBytesPerSecMax: Number.MAX_SAFE_INTEGER,
  };
  for (const limit of ['connectionsMax', 'ingressBytesPerSecMax', 'egressBytesPerSecMax'] as const) {
    expect(shares.of(limit)).toBe(all[limit]);
    expect(shares.isUneven(limit)).toBe(limit === 'connectionsMax');
  }
  shares.limits = { ...limits, connectionsMax: 6 };
  expect(shares.of('connectionsMax')).toBe(6);
});

test('one more is put off where the share is used up, and refused where one broker alone has all that there is', () => {
  const shares = sharesOf(3, { groupsMax: 12 }, 17);
  expect(shares.admission('groupsMax', 11, 0)).toBe('now');
  expect(shares.short.has('groupsMax')).toBe(false);
  expect(shares.admission('groupsMax', 12, 0)).toBe('soon');
  expect(shares.short.has('groupsMax')).toBe(true);
  expect(shares.admission('groupsMax', 30, 0)).toBe('no');
});

test('where all brokers together have all that there is, it is refused once that was so for long enough to be true', () => {
  const shares = sharesOf(3, { groupsMax: 12 }, 18, 12);
  expect(shares.admission('groupsMax', 12, fullConfirmedMs - 1)).toBe('soon');
  expect(shares.short.size).toBe(0);
  expect(shares.admission('groupsMax', 12, fullConfirmedMs)).toBe('no');
  expect(shares.isUsedUp('groupsMax', 12, fullConfirmedMs)).toBe(true);
  const answer = { clusterId: 'lkc-a', hasTold: true, shares: { groupsMax: 12 } };
  shares.heard({ ...answer, inUseElsewhere: perLimit(() => 17) }, () => 12, 5_000);
  expect(shares.admission('groupsMax', 12, 5_000)).toBe('soon');
  shares.heard({ ...answer, inUseElsewhere: perLimit(() => 18) }, () => 12, 6_000);
  expect(shares.admission('groupsMax', 12, 6_000 + fullConfirmedMs - 1)).toBe('soon');
});

test('shares that have expired are even ones, and what others have in use is remembered', () => {
  const shares = sharesOf(3, { connectionsMax: 25, storedBytesMax: 1 }, 4);
  shares.expire();
  expect(shares.of('connectionsMax')).toBe(10);
  expect(shares.inUseElsewhere('storedBytesMax')).toBe(4);
  shares.heard(null, () => 0, 0);
  expect(shares.inUseElsewhere('storedBytesMax')).toBe(0);
});
