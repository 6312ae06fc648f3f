import { expect, test } from 'vitest';
import type { Current } from './conformance.ts';
import { accepted, clusterOf } from './conformance-fixtures.ts';
import { type EntityQuotaChanges, entityQuotasMax, type QuotaEntity } from './entity-quotas.ts';

const clusterId = 'lkc-a';
const quotaOf = (entity: QuotaEntity, key: string, value: number | null): EntityQuotaChanges => ({
  clusterId,
  entity,
  changes: [{ key, value }],
  validateOnly: false,
});

/** The part of the suite about quotas that clients of a cluster set. */
export function describeEntityQuotas(current: Current): void {
  const begin = async () => {
    const { store } = current();
    await store.applyCluster(clusterOf(clusterId));
    const quotas = async () => (await store.findCluster(clusterId))?.entityQuotas;
    return { store, quotas };
  };

  test('quotas of an entity are set, changed and taken away, and told with the cluster', async () => {
    const { store, quotas } = await begin();
    const { version } = await store.changesSince(0);
    accepted(await store.alterEntityQuotas(quotaOf({ user: 'sa-1' }, 'producer_byte_rate', 1_000)));
    const record = { user: 'sa-1', values: { producer_byte_rate: 1_000 } };
    const cluster = { ...clusterOf(clusterId), entityQuotas: [record] };
    expect(await store.changesSince(version)).toEqual({
      version: version + 1,
      changes: [{ kind: 'cluster', clusterId, cluster }],
    });
    accepted(await store.alterEntityQuotas(quotaOf({ user: 'sa-1' }, 'request_percentage', 12.5)));
    accepted(await store.alterEntityQuotas(quotaOf({ user: 'sa-1' }, 'producer_byte_rate', 2_000)));
    const both = { producer_byte_rate: 2_000, request_percentage: 12.5 };
    expect(await quotas()).toEqual([{ user: 'sa-1', values: both }]);
    accepted(await store.alterEntityQuotas(quotaOf({ user: 'sa-1' }, 'producer_byte_rate', null)));
    accepted(await store.alterEntityQuotas(quotaOf({ user: 'sa-1' }, 'request_percentage', null)));
    expect(await quotas()).toEqual([]);
  });

  test('a user, a client id, their defaults, and both together are entities of their own', async () => {
    const { store, quotas } = await begin();
    const entities: readonly QuotaEntity[] = [
      { user: 'sa-1' },
      { user: null },
      { clientId: 'sa-1' },
      { clientId: null },
      { user: 'sa-1', clientId: 'app' },
      { user: 'sa-1', clientId: null },
      { user: null, clientId: 'app' },
      { user: null, clientId: null },
    ];
    for (const [at, entity] of entities.entries())
      accepted(await store.alterEntityQuotas(quotaOf(entity, 'consumer_byte_rate', at + 1)));
    const records = entities.map((entity, at) => ({ ...entity, values: { consumer_byte_rate: at + 1 } }));
    expect(await quotas()).toEqual(records);
  });

  test('a newer intent of the cluster leaves them as they are, and so does what pays for it', async () => {
    const { store, quotas } = await begin();
    accepted(await store.alterEntityQuotas(quotaOf({ user: null }, 'producer_byte_rate', 1_000)));
    await store.applyCluster({ ...clusterOf(clusterId), intentVersion: 9 });
    accepted(await store.applyRestraints(clusterId, { version: 1, stops: [], budgets: [] }));
    expect(await quotas()).toEqual([{ user: null, values: { producer_byte_rate: 1_000 } }]);
  });

  test('what is so already, what is only validated and what is refused make no version', async () => {
    const { store, quotas } = await begin();
    const asked = quotaOf({ user: 'sa-1' }, 'producer_byte_rate', 1_000);
    accepted(await store.alterEntityQuotas(asked));
    const { version } = await store.changesSince(0);
    accepted(await store.alterEntityQuotas(asked));
    accepted(await store.alterEntityQuotas(quotaOf({ user: 'sa-2' }, 'producer_byte_rate', null)));
    accepted(await store.alterEntityQuotas(quotaOf({ user: 'sa-2' }, 'nonsense', null)));
    accepted(await store.alterEntityQuotas({ ...asked, entity: { user: 'sa-3' }, validateOnly: true }));
    const changes = [
      { key: 'consumer_byte_rate', value: 7 },
      { key: 'producer_byte_rate', value: -1 },
    ];
    const invalid = { ok: false, refusal: 'INVALID_REQUEST' };
    expect(await store.alterEntityQuotas({ ...asked, changes })).toMatchObject(invalid);
    expect((await store.changesSince(0)).version).toBe(version);
    expect(await quotas()).toEqual([{ user: 'sa-1', values: { producer_byte_rate: 1_000 } }]);
  });

  test.each([
    [{}, 'producer_byte_rate', 1],
    [{ user: '' }, 'producer_byte_rate', 1],
    [{ clientId: 'nul\0' }, 'producer_byte_rate', 1],
    [{ user: 'x'.repeat(256) }, 'producer_byte_rate', 1],
    [{ user: 'sa-1' }, 'connection_creation_rate', 1],
    [{ user: 'sa-1' }, '__proto__', 1],
    [{ user: 'sa-1' }, 'producer_byte_rate', 0],
    [{ user: 'sa-1' }, 'producer_byte_rate', 1.5],
    [{ user: 'sa-1' }, 'producer_byte_rate', 1e300],
    [{ user: 'sa-1' }, 'request_percentage', Number.NaN],
    [{ user: 'sa-1' }, 'request_percentage', Number.POSITIVE_INFINITY],
  ] as const)('refuses %j %s %d', async (entity, key, value) => {
    const { store, quotas } = await begin();
    const refused = await store.alterEntityQuotas(quotaOf(entity, key, value));
    expect(refused).toMatchObject({ ok: false, refusal: 'INVALID_REQUEST' });
    expect(await quotas()).toBe(undefined);
  });

  test('so many entities have quotas and no more, and those that have may change', async () => {
    const { store, quotas } = await begin();
    const set = (at: number, value: number) =>
      store.alterEntityQuotas(quotaOf({ user: `sa-${at}` }, 'producer_byte_rate', value));
    for (let at = 0; at < entityQuotasMax; at += 1) accepted(await set(at, 1));
    expect(await set(entityQuotasMax, 1)).toMatchObject({ ok: false, refusal: 'POLICY_VIOLATION' });
    accepted(await set(7, 2));
    expect(await quotas()).toHaveLength(entityQuotasMax);
  });

  test('another cluster has none of them, and one that is not there is refused', async () => {
    const { store } = await begin();
    await store.applyCluster(clusterOf('lkc-b'));
    accepted(await store.alterEntityQuotas(quotaOf({ user: null }, 'producer_byte_rate', 1)));
    expect((await store.findCluster('lkc-b'))?.entityQuotas).toBe(undefined);
    for (const unknown of ['lkc-never', 'lkc-\0']) {
      const asked = { ...quotaOf({ user: null }, 'producer_byte_rate', 1), clusterId: unknown };
      expect(await store.alterEntityQuotas(asked)).toMatchObject({ ok: false, refusal: 'UNKNOWN_CLUSTER' });
    }
  });

  test('of many changes at once every one is there', async () => {
    const { cell } = current();
    const { store, quotas } = await begin();
    const other = await cell.another();
    const users = Array.from({ length: 8 }, (_, at) => `sa-${at}`);
    await Promise.all(
      users.map(async (user, at) => {
        const asked = quotaOf({ user }, 'producer_byte_rate', at + 1);
        accepted(await (at % 2 === 0 ? store : other).alterEntityQuotas(asked));
      }),
    );
    expect((await quotas())?.map(({ user }) => user).toSorted()).toEqual(users);
  });
}
