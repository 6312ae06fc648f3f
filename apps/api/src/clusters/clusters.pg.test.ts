import { hashOf } from '@weir/audit-log/chain';
import { listAuditEvents } from '@weir/contracts/audit';
import {
  createCluster,
  deleteCluster,
  getCluster,
  listClusters,
  updateCluster,
} from '@weir/contracts/clusters';
import { createEnvironment, deleteEnvironment } from '@weir/contracts/organizations';
import type { MetadataStore } from '@weir/metadata-store/port';
import { applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import { findDueEntries } from '@weir/provisioning/outbox.store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
let person: ApiClient;
let away = false;

/** The cell's real store, which can be taken away. */
const breakable = (cell: MetadataStore): MetadataStore =>
  new Proxy(cell, {
    get: (target, name: keyof MetadataStore) => {
      if (away) return () => Promise.reject(new Error('the cell is away'));
      return target[name];
    },
  });

beforeAll(async () => {
  api = await startTestApi({ wrapCell: breakable });
  person = await api.signUp();
});
afterAll(() => api.close());

const create = (display_name: string) => person.call(createCluster, { body: { spec: { display_name } } });

describe('a cluster', () => {
  it('can be renamed, protected and deleted, with what happened in the audit log', async () => {
    const { id } = await create('first');
    const params = { id };
    const spec = { display_name: 'second', deletion_protection: true };
    const updated = await person.call(updateCluster, { params, body: { spec } });
    expect(updated.spec).toMatchObject(spec);
    expect((await person.try(deleteCluster, { params })).status).toBe(409);

    await person.call(updateCluster, { params, body: { spec: { deletion_protection: false } } });
    await person.call(deleteCluster, { params });
    expect((await person.try(getCluster, { params })).status).toBe(404);
    expect(await api.cell.findCluster(id)).toMatchObject({ isSuspended: true });

    const events = await person.call(listAuditEvents, { query: { 'resource.id': id } });
    expect(events.data.map((event) => event.action)).toEqual([
      'cluster.delete',
      'cluster.update',
      'cluster.update',
      'cluster.create',
    ]);
    expect(events.data[2]).toMatchObject({
      before: { display_name: 'first' },
      after: { display_name: 'second' },
    });
  });

  it.each([
    [{ region: 'mars' }, '/spec/region'],
    [{ cloud: 'AWS' }, '/spec/region'],
    [{ config: { kind: 'Dedicated' as const, cku: 1 } }, '/spec/config/kind'],
    [{ availability: 'MULTI_ZONE' as const }, '/spec/availability'],
    [{ availability: 'HIGH' as const }, '/spec/availability'],
  ])('that is not offered is refused with what is: %j', async (change, pointer) => {
    const spec = { display_name: 'x', ...change };
    const answer = await person.try(createCluster, { body: { spec } });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      errors: [{ source: { pointer }, detail: expect.stringMatching(/LOCAL/) }],
    });
  });

  it('without a name is refused with where it is missing', async () => {
    const answer = await person.try(createCluster, { body: { spec: { display_name: ' ' } } });
    expect(answer.body).toMatchObject({
      errors: [{ status: '400', source: { pointer: '/spec/display_name' } }],
    });
  });

  it('is not made by a dry run', async () => {
    const before = (await person.call(listClusters, {})).metadata.total_size;
    const query = { dry_run: 'true' };
    const answer = await person.call(createCluster, { query, body: { spec: { display_name: 'x' } } });
    expect(answer.status.phase).toBe('PROVISIONING');
    expect((await person.call(listClusters, {})).metadata.total_size).toBe(before);
    expect(
      (await person.try(createCluster, { query: { dry_run: 'yes' }, body: { spec: { display_name: 'x' } } }))
        .status,
    ).toBe(400);
  });

  it('is accepted while its cell is away, and there once the outbox was worked off', async () => {
    away = true;
    const cluster = await create('patient');
    away = false;
    expect(cluster.status.phase).toBe('PROVISIONING');
    const { db, cells } = api.platform;
    const later = Date.now() + 60_000;
    for (const id of await findDueEntries(db, later, 100))
      await applyOutboxEntry({ db, cells, now: Date.now }, id);
    const after = await person.call(getCluster, { params: { id: cluster.id } });
    expect(after.status.phase).toBe('PROVISIONED');
    expect(await api.cell.findCluster(cluster.id)).not.toBeNull();
  });
});

describe('an environment', () => {
  it('is deleted only when it holds no cluster', async () => {
    const environment = await person.call(createEnvironment, { body: { display_name: 'staging' } });
    const spec = { display_name: 'c', environment: { id: environment.id } };
    const cluster = await person.call(createCluster, { body: { spec } });
    const params = { id: environment.id };
    expect((await person.try(deleteEnvironment, { params })).status).toBe(409);
    await person.call(deleteCluster, { params: { id: cluster.id } });
    await person.call(deleteEnvironment, { params });
    await person.call(createEnvironment, { body: { display_name: 'staging' } });
  });
});

it('lists pages that neither repeat nor skip a cluster', async () => {
  const other = await api.signUp();
  for (let at = 0; at < 5; at++)
    await other.call(createCluster, { body: { spec: { display_name: `c${at}` } } });
  const seen: string[] = [];
  let query: Record<string, string> | undefined = { page_size: '2' };
  while (query) {
    const page: Awaited<ReturnType<typeof nextPage>> = await nextPage(other, query);
    seen.push(...page.data.map((cluster) => cluster.spec.display_name));
    query = page.metadata.next ? Object.fromEntries(new URL(page.metadata.next).searchParams) : undefined;
  }
  expect(seen).toEqual(['c4', 'c3', 'c2', 'c1', 'c0']);
  expect((await other.try(listClusters, { query: { page_token: 'made-up' } })).status).toBe(400);
});

const nextPage = (client: ApiClient, query: Record<string, string>) => client.call(listClusters, { query });

it('chains the events of an organization so that a change to one would show', async () => {
  const events = await api.platform.db.auditEvent.findMany({
    orderBy: [{ organizationId: 'asc' }, { sequence: 'asc' }],
  });
  expect(events.length).toBeGreaterThan(5);
  const last = new Map<string, string>();
  for (const { hash, ...event } of events) {
    expect(event.previousHash).toBe(last.get(event.organizationId) ?? '0'.repeat(64));
    expect(hashOf(event)).toBe(hash);
    expect(hashOf({ ...event, actorId: 'u-other' })).not.toBe(hash);
    last.set(event.organizationId, hash);
  }
});
