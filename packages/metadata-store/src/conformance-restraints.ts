import { expect, test } from 'vitest';
import type { Current } from './conformance.ts';
import { accepted, Brokers, clusterOf } from './conformance-fixtures.ts';
import type { Restraints, SpentWindow } from './restraints.ts';

const restraintsOf = (version: number, message: string): Restraints => ({
  version,
  stops: [{ reason: 'dunning', message }],
  budgets: [],
});

const windowOf = (endMs: number, ingressBytes: number): SpentWindow => ({
  clusterId: 'lkc-a',
  endMs,
  ingressBytes,
  egressBytes: 0,
});

/** The part of the suite about what paying has to do with a cluster. */
export function describeRestraints(current: Current): void {
  test('restraints come with their cluster, and an older version of them never replaces a newer one', async () => {
    const { store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const before = await store.changesSince(0);
    accepted(await store.applyRestraints('lkc-a', restraintsOf(5, 'pay')));
    const told = await store.changesSince(before.version);
    const cluster = { ...clusterOf('lkc-a'), restraints: restraintsOf(5, 'pay') };
    expect(told.changes).toEqual([{ kind: 'cluster', clusterId: 'lkc-a', cluster }]);
    accepted(await store.applyRestraints('lkc-a', restraintsOf(4, 'an old lift')));
    accepted(await store.applyRestraints('lkc-a', restraintsOf(5, 'the same again')));
    expect((await store.changesSince(0)).version).toBe(told.version);
    expect(await store.findCluster('lkc-a')).toEqual(cluster);
  });

  test('a newer intent of a cluster leaves its restraints as they are', async () => {
    const { store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    accepted(await store.applyRestraints('lkc-a', restraintsOf(1, 'pay')));
    await store.applyCluster({ ...clusterOf('lkc-a'), intentVersion: 9 });
    const found = await store.findCluster('lkc-a');
    expect(found).toMatchObject({ intentVersion: 9, restraints: restraintsOf(1, 'pay') });
  });

  test('restraints of a cluster that is gone change nothing, and of one that never was are refused', async () => {
    const { store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    await store.removeCluster('lkc-a');
    const { version } = await store.changesSince(0);
    accepted(await store.applyRestraints('lkc-a', restraintsOf(1, 'pay')));
    expect((await store.changesSince(0)).version).toBe(version);
    const refused = await store.applyRestraints('lkc-never', restraintsOf(1, 'pay'));
    expect(refused).toMatchObject({ ok: false, refusal: 'UNKNOWN_CLUSTER' });
  });

  test('each broker hears what the others, and its own former lives, have told of the limits that it names', async () => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2);
    const { version } = await store.changesSince(0);
    const tell = async (brokerId: number, limitId: string, ...windows: readonly SpentWindow[]) =>
      accepted(await store.shareSpent(brokers.life(brokerId), [{ limitId, windows }]));
    expect(await tell(1, 'sl-1', windowOf(10_000, 7))).toEqual([]);
    expect(await tell(2, 'sl-2')).toEqual([]);
    const first = { brokerId: 1, limitId: 'sl-1', windows: [windowOf(10_000, 7)] };
    expect(await tell(2, 'sl-1', windowOf(20_000, 8))).toEqual([first]);
    const second = { brokerId: 2, limitId: 'sl-1', windows: [windowOf(20_000, 8)] };
    expect(await tell(1, 'sl-1', windowOf(30_000, 9))).toEqual([second]);
    expect((await store.changesSince(0)).version).toBe(version);
    const former = brokers.life(1);
    await brokers.begin(1);
    expect(await store.shareSpent(former, [])).toMatchObject({ ok: false, refusal: 'STALE_BROKER_EPOCH' });
    const ofFormer = { brokerId: 1, limitId: 'sl-1', windows: [windowOf(30_000, 9)] };
    expect(await tell(1, 'sl-1')).toEqual(expect.arrayContaining([ofFormer, second]));
    await tell(2, 'sl-1');
    expect(await tell(1, 'sl-1')).toEqual([ofFormer]);
  });
}
