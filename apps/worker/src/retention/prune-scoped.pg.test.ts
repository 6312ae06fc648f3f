import { randomUUID } from 'node:crypto';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pruneScoped } from './retention.store.ts';

let database: TestDatabase;
let db: ControlDb;
const organizationId = randomUUID();
const month = Date.parse('2026-11-01T00:00:00.000Z');
const before = new Date(month - 1);
const since = new Date(month);

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const environment = async (id: string, deletedAt: Date | null) => {
  await db.environment.create({ data: { id, organizationId, displayName: id, deletedAt } });
  return { scopeKind: 'environment', scopeId: id };
};
const account = async (id: string, deletedAt: Date | null) => {
  const data = { id, organizationId, displayName: id, description: '', deletedAt };
  await db.serviceAccount.create({ data });
  return { scopeKind: 'service-account', scopeId: id };
};
const cluster = async (id: string, deletedAt: Date | null, restorableUntil: Date | null) => {
  await db.cluster.create({
    data: {
      ...{ id, organizationId, environmentId: 'env-here', displayName: id, kind: 'Basic', cellId: 'local' },
      ...{ availability: 'SINGLE_ZONE', cloud: 'LOCAL', region: 'local', phase: 'PROVISIONED' },
      ...{ deletionProtection: false, deletedAt, restorableUntil },
    },
  });
  return { scopeKind: 'cluster', scopeId: id };
};
const key = async (id: string, clusterId: string, revokedAt: Date | null) => {
  await db.apiKey.create({
    data: {
      ...{ id, organizationId, displayName: id, description: '', ownerKind: 'User', ownerId: 'u-1' },
      ...{ clusterId, revokedAt },
    },
  });
  return { scopeKind: 'api-key', scopeId: id };
};

it('what limits and budgets are for that went before the month takes them with it, and nothing else does', async () => {
  const here = [
    { scopeKind: 'organization', scopeId: organizationId },
    await environment('env-here', null),
    await environment('env-went-now', since),
    await account('sa-here', null),
    await account('sa-went-now', since),
    await cluster('lkc-here', null, null),
    await cluster('lkc-restorable', before, since),
    await cluster('lkc-went-now', since, null),
    await key('KEYHERE', 'lkc-here', null),
    await key('KEYWENTNOW', 'lkc-here', since),
    await key('KEYRESTORABLE', 'lkc-restorable', null),
  ];
  const gone = [
    await environment('env-gone', before),
    await account('sa-gone', before),
    await cluster('lkc-gone', before, before),
    await key('KEYGONE', 'lkc-here', before),
    await key('KEYOFGONE', 'lkc-gone', null),
    { scopeKind: 'cluster', scopeId: 'lkc-never' },
  ];
  const rows = [...here, ...gone].map((scope) => ({
    ...{ id: scope.scopeId, organizationId, displayName: 'x', ...scope },
    ...{ micros: 1n, currency: 'USD', thresholds: [] },
  }));
  await db.spendLimit.createMany({
    data: rows.map((row) => ({ ...row, period: 'MONTH', action: 'NOTIFY' })),
  });
  await db.budget.createMany({ data: rows.map((row) => ({ ...row, forecastThresholds: [] })) });
  for (const kind of ['limits', 'budgets'] as const) {
    expect(await pruneScoped(db, kind, month)).toBe(gone.length);
    expect(await pruneScoped(db, kind, month)).toBe(0);
  }
  const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).toSorted();
  const expected = here.map(({ scopeId }) => scopeId).toSorted();
  expect(ids(await db.spendLimit.findMany())).toEqual(expected);
  expect(ids(await db.budget.findMany())).toEqual(expected);
});
