import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster, deleteCluster, getCluster, listClusters } from '@weir/contracts/clusters';
import {
  deleteClusterForGood,
  listDeletedClusters,
  restorableDays,
  restoreCluster,
} from '@weir/contracts/deleted-clusters';
import { createApiKey, createServiceAccount, deleteServiceAccount, listApiKeys } from '@weir/contracts/iam';
import { createEnvironment, deleteEnvironment, getEnvironment } from '@weir/contracts/organizations';
import { produceRecord, readRecords } from '@weir/contracts/records';
import { applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import { findDueEntries } from '@weir/provisioning/outbox.store';
import { purgeClusters } from '@weir/provisioning/purge-clusters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { type ServedCluster, startServedCluster } from '../testing/served-cluster.ts';

let served: ServedCluster;
let person: ApiClient;
beforeAll(async () => {
  served = await startServedCluster();
  person = served.person;
});
afterAll(() => served.stop());

const create = async (spec: object = {}) =>
  (await person.call(createCluster, { body: { spec: { display_name: 'c', ...spec } } })).id;
const remove = (id: string) => person.call(deleteCluster, { params: { id } });
const deleted = async () => (await person.call(listDeletedClusters, {})).data;
const inTheCell = (id: string) => served.api.cell.findCluster(id);

/** As the worker does it. */
const workOff = async (now: number): Promise<void> => {
  const { cells, db } = served.api.platform;
  for (const id of await findDueEntries(db, now, 100))
    await applyOutboxEntry({ db, cells, now: () => now }, id);
};

describe('a deleted cluster', () => {
  it('is seen by nobody and opened by no key, and is as it was once it is restored', async () => {
    const { cluster_id: id } = served;
    const topic = await served.newTopic('orders');
    await served.say(topic, 'before');
    const key = await person.call(createApiKey, { body: { spec: { resource: { id } } } });
    const machine = person.withKey(key.id, key.spec.secret);
    const body = { value: { type: 'STRING' as const, data: 'by key' } };
    expect((await machine.try(produceRecord, { params: topic, body })).status).toBe(200);
    const before = await person.call(getCluster, { params: { id } });

    await remove(id);
    expect((await person.try(getCluster, { params: { id } })).status).toBe(404);
    expect((await person.call(listClusters, {})).data).toEqual([]);
    expect((await person.call(listApiKeys, { query: { 'spec.resource': id } })).data).toEqual([]);
    expect((await machine.try(produceRecord, { params: topic, body })).status).toBe(403);
    const [shown] = await deleted();
    expect(shown).toMatchObject({
      id,
      spec: { display_name: 'c', environment: { display_name: 'default' } },
    });
    const days =
      Date.parse(shown?.status.restorable_until ?? '') - Date.parse(shown?.status.deleted_at ?? '');
    expect(days).toBe(restorableDays * 86_400_000);

    const dry = { params: { id }, query: { dry_run: 'true' } };
    const asked = await person.call(restoreCluster, dry);
    expect(asked).toMatchObject({ id, dry_run_cost: { currency: 'USD', monthly_amount: '0.000000' } });
    expect((await person.try(getCluster, { params: { id } })).status).toBe(404);
    await person.call(restoreCluster, { params: { id } });
    expect(await deleted()).toEqual([]);
    const after = await person.call(getCluster, { params: { id } });
    expect([after.spec, after.status]).toEqual([before.spec, before.status]);
    expect((await machine.try(produceRecord, { params: topic, body })).status).toBe(200);
    const read = await person.call(readRecords, { params: topic, query: {} });
    expect(read.data.map(({ value }) => value?.data).toSorted()).toEqual(['before', 'by key', 'by key']);
    expect((await person.try(restoreCluster, { params: { id } })).status).toBe(404);
    const { data } = await person.call(listAuditEvents, { query: { 'resource.id': id } });
    expect(data.slice(0, 2).map(({ action }) => action)).toEqual(['cluster.restore', 'cluster.delete']);
  });

  it('goes for good after its days, whatever was lost of the queue, and not a moment before', async () => {
    const id = await create();
    await remove(id);
    const { db } = served.api.platform;
    const { restorableUntil } = await db.cluster.findUniqueOrThrow({ where: { id } });
    const until = restorableUntil?.getTime() ?? 0;
    await purgeClusters(db, until - 1);
    await workOff(until + 60_000);
    expect(await inTheCell(id)).toMatchObject({ isSuspended: true });
    await Promise.all([purgeClusters(db, until), purgeClusters(db, until)]);
    expect((await person.try(restoreCluster, { params: { id } })).status).toBe(404);
    await workOff(until + 60_000);
    expect(await inTheCell(id)).toBeNull();
    expect(await db.cluster.findUnique({ where: { id } })).toMatchObject({ restorableUntil: null });
  });

  it('can be removed at once', async () => {
    const id = await create();
    await remove(id);
    await person.call(deleteClusterForGood, { params: { id } });
    expect(await inTheCell(id)).toBeNull();
    expect((await deleted()).map((one) => one.id)).not.toContain(id);
    expect((await person.try(deleteClusterForGood, { params: { id } })).status).toBe(404);
  });

  it('lets its environment go, and brings it back unless another has its name', async () => {
    const environment = await person.call(createEnvironment, { body: { display_name: 'staging' } });
    const id = await create({ environment: { id: environment.id } });
    await remove(id);
    await person.call(deleteEnvironment, { params: { id: environment.id } });
    const other = await person.call(createEnvironment, { body: { display_name: 'staging' } });
    const refused = await person.try(restoreCluster, { params: { id } });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('Rename that one')]);
    await person.call(deleteEnvironment, { params: { id: other.id } });
    await person.call(restoreCluster, { params: { id } });
    expect((await person.call(getEnvironment, { params: { id: environment.id } })).display_name).toBe(
      'staging',
    );
    await remove(id);
  });

  it('comes back without the keys of who has gone meanwhile', async () => {
    const id = await create();
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const spec = { owner: { id: account.id }, resource: { id } };
    const key = await person.call(createApiKey, { body: { spec } });
    expect(await served.api.cell.findCredential(key.id)).not.toBeNull();
    await remove(id);
    await person.call(deleteServiceAccount, { params: { id: account.id } });
    await person.call(restoreCluster, { params: { id } });
    expect(await served.api.cell.findCredential(key.id)).toBeNull();
    await remove(id);
  });
});
