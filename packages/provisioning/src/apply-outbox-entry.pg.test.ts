import { createScramVerifier } from '@weir/credentials/scram';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore } from '@weir/metadata-store/port';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApplyError, applyOutboxEntry } from './apply-outbox-entry.ts';
import { createCells, localCellId } from './cells.ts';
import { addToOutbox, findDueEntries, pruneOutbox } from './outbox.store.ts';

const organizationId = '00000000-0000-4000-8000-000000000001';
const salt = Buffer.alloc(16, 1);
const scram = {
  sha256: { ...(await createScramVerifier('s', 'SHA-256', salt)) },
  sha512: { ...(await createScramVerifier('s', 'SHA-512', salt)) },
};

let database: TestDatabase;
let db: ControlDb;
let cell: MetadataStore;
let now = 1_700_000_000_000;
const deps = () => ({ db, cells: createCells({ [localCellId]: cell }), now: () => now });
const add = (kind: 'cluster' | 'api-key' | 'access', id: string) =>
  db.$transaction((tx) => addToOutbox(tx, kind, id, now));

const createCluster = (id: string) =>
  db.cluster.create({
    data: {
      id,
      organizationId,
      environmentId: 'env-1',
      displayName: id,
      kind: 'Basic',
      availability: 'SINGLE_ZONE',
      cloud: 'LOCAL',
      region: 'local',
      cellId: localCellId,
      phase: 'PROVISIONING',
      deletionProtection: false,
    },
  });
const createKey = (id: string, clusterId: string, ownerKind = 'User', ownerId = 'u-1') =>
  db.apiKey.create({
    data: {
      ...{ id, organizationId, displayName: '', description: '', ownerKind, ownerId, clusterId },
      secrets: { create: { number: 1, scram } },
    },
  });

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  await db.organization.create({ data: { id: organizationId, displayName: 'o', founderUserId: 'u-1' } });
  await db.environment.create({ data: { id: 'env-1', organizationId, displayName: 'default' } });
});
beforeEach(() => {
  cell = createMemoryMetadataStore();
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

describe('a cluster', () => {
  it('is provisioned once the cell has it, however often and by however many it is applied', async () => {
    await createCluster('lkc-a');
    const id = await add('cluster', 'lkc-a');
    const outcomes = await Promise.all([1, 2, 3].map(() => applyOutboxEntry(deps(), id)));
    expect(outcomes).toContain('applied');
    expect(await applyOutboxEntry(deps(), id)).toBe('settled');
    expect(await cell.findCluster('lkc-a')).toMatchObject({ id: 'lkc-a', intentVersion: 1 });
    expect((await cell.changesSince(0)).version).toBe(2);
    expect(await db.cluster.findUnique({ where: { id: 'lkc-a' } })).toMatchObject({ phase: 'PROVISIONED' });
  });

  it('is gone from the cell before it counts as deleted', async () => {
    await createCluster('lkc-b');
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-b'));
    await db.cluster.update({ where: { id: 'lkc-b' }, data: { phase: 'DELETING' } });
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-b'));
    expect(await cell.findCluster('lkc-b')).toBeNull();
    expect((await db.cluster.findUnique({ where: { id: 'lkc-b' } }))?.deletedAt).not.toBeNull();
  });
});

const said = async (clusterId: string) =>
  (await cell.changesSince(0)).changes.find(
    (change) => change.kind === 'acls' && change.clusterId === clusterId,
  );
let bound = 0;
/** As the API does it: the binding and a new version of the organization's roles. */
const bind = async (roleName: string, within: { environmentId?: string; clusterId?: string } = {}) => {
  const { environmentId, clusterId } = within;
  const parts = ['crn://weir/organization=x'];
  if (environmentId) parts.push(`environment=${environmentId}`);
  if (clusterId) parts.push(`cloud-cluster=${clusterId}`);
  const scope = parts.join('/');
  const id = `rb-${++bound}`;
  await db.roleBinding.create({
    data: {
      id,
      organizationId,
      principalKind: 'User',
      principalId: `u-${bound}`,
      roleName,
      crnPattern: scope,
      scope,
      environmentId: environmentId ?? null,
      clusterId: clusterId ?? null,
    },
  });
  await db.organization.update({ where: { id: organizationId }, data: { accessVersion: { increment: 1 } } });
  return { id, principal: `User:u-${bound}` };
};

describe('roles', () => {
  it('reach the cell with their cluster, from wider scopes too, and others of the organization do not', async () => {
    await createCluster('lkc-r');
    const admin = await bind('OrganizationAdmin');
    const inside = await bind('DeveloperRead', { environmentId: 'env-1', clusterId: 'lkc-r' });
    const around = await bind('EnvironmentAdmin', { environmentId: 'env-1' });
    await bind('EnvironmentAdmin', { environmentId: 'env-2' });
    await bind('CloudClusterAdmin', { environmentId: 'env-1', clusterId: 'lkc-other' });
    await bind('MetricsViewer');
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-r'));
    const told = await said('lkc-r');
    const grants = told?.kind === 'acls' ? told.roleGrants.grants : [];
    const expected = [admin, inside, around].map(({ principal }) => principal);
    expect(new Set(grants.map(({ principal }) => principal))).toEqual(new Set(expected));
    await db.roleBinding.deleteMany({});
  });

  it('that were taken away are not put back by an older entry that comes late', async () => {
    await createCluster('lkc-s');
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-s'));
    const { id } = await bind('CloudClusterAdmin', { environmentId: 'env-1', clusterId: 'lkc-s' });
    const older = await add('access', 'lkc-s');
    await db.roleBinding.delete({ where: { id } });
    await db.organization.update({
      where: { id: organizationId },
      data: { accessVersion: { increment: 1 } },
    });
    const newer = await add('access', 'lkc-s');
    await Promise.all([applyOutboxEntry(deps(), newer), applyOutboxEntry(deps(), older)]);
    expect(await said('lkc-s')).toMatchObject({ roleGrants: { grants: [] } });
  });

  it('of a cluster that the cell does not know yet stay due', async () => {
    await createCluster('lkc-t');
    const entry = await add('access', 'lkc-t');
    await expect(applyOutboxEntry(deps(), entry)).rejects.toThrow(ApplyError);
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-t'));
    expect(await applyOutboxEntry(deps(), entry)).toBe('applied');
  });
});

describe('a key', () => {
  it('has no rights of its own, whoever owns it: those are of roles and ACLs', async () => {
    await createCluster('lkc-c');
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-c'));
    await createKey('PERSONSKEY000000', 'lkc-c');
    await createKey('SERVICEKEY000000', 'lkc-c', 'ServiceAccount', 'sa-1');
    await applyOutboxEntry(deps(), await add('api-key', 'PERSONSKEY000000'));
    await applyOutboxEntry(deps(), await add('api-key', 'SERVICEKEY000000'));
    expect(await cell.findCredential('PERSONSKEY000000')).toMatchObject({ principal: 'User:u-1' });
    expect(await cell.findCredential('SERVICEKEY000000')).toMatchObject({ principal: 'User:sa-1' });
    expect(await said('lkc-c')).toMatchObject({ bindings: [], roleGrants: { grants: [] } });
  });

  it('that was revoked is not put back by an older entry', async () => {
    await createCluster('lkc-d');
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-d'));
    await createKey('REVOKEDKEY000000', 'lkc-d');
    const older = await add('api-key', 'REVOKEDKEY000000');
    await db.apiKey.update({ where: { id: 'REVOKEDKEY000000' }, data: { revokedAt: new Date() } });
    const newer = await add('api-key', 'REVOKEDKEY000000');
    await Promise.all([applyOutboxEntry(deps(), newer), applyOutboxEntry(deps(), older)]);
    expect(await cell.findCredential('REVOKEDKEY000000')).toBeNull();
  });

  it('whose cluster the cell does not know yet stays due, later each time but within half a minute', async () => {
    await createCluster('lkc-e');
    await createKey('EARLYKEY00000000', 'lkc-e');
    const id = await add('api-key', 'EARLYKEY00000000');
    for (let attempt = 0; attempt < 8; attempt++) {
      await expect(applyOutboxEntry(deps(), id)).rejects.toThrow(ApplyError);
      expect(await findDueEntries(db, now, 100)).not.toContain(id);
      now += 30_000;
      expect(await findDueEntries(db, now, 100)).toContain(id);
    }
    expect((await db.outbox.findUnique({ where: { id } }))?.lastError).toContain('UNKNOWN_CLUSTER');
    await applyOutboxEntry(deps(), await add('cluster', 'lkc-e'));
    expect(await applyOutboxEntry(deps(), id)).toBe('applied');
  });
});

it('forgets applied entries and only those', async () => {
  await createCluster('lkc-f');
  const open = await add('cluster', 'lkc-f');
  await pruneOutbox(db, now + 1);
  const left = await db.outbox.findMany({ select: { id: true, appliedAt: true } });
  expect(left.map((row) => row.id)).toContain(open);
  expect(left.every((row) => row.appliedAt === null)).toBe(true);
});
