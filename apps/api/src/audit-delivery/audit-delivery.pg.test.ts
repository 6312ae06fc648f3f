import { listAuditEvents } from '@weir/contracts/audit';
import {
  AuditCloudEvent,
  deleteAuditDelivery,
  getAuditDelivery,
  setAuditDelivery,
} from '@weir/contracts/audit-delivery';
import { getCluster } from '@weir/contracts/clusters';
import { createServiceAccount } from '@weir/contracts/iam';
import { readRecords } from '@weir/contracts/records';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bind } from '../testing/people-with-roles.ts';
import { type ServedCluster, startServedCluster, type TopicParams } from '../testing/served-cluster.ts';

let served: ServedCluster;
let made = 0;

beforeAll(async () => {
  served = await startServedCluster();
});
afterAll(() => served.stop());

/** A topic, and an account that may write to it, or not. */
const scene = async (role: 'DeveloperWrite' | null = 'DeveloperWrite') => {
  const { person, cluster_id } = served;
  const params = await served.newTopic(`audit-${++made}`);
  const account = await person.call(createServiceAccount, { body: { display_name: `audit ${made}` } });
  if (role !== null) {
    const { spec } = await person.call(getCluster, { params: { id: cluster_id } });
    const environment = `${spec.environment.resource_name}/cloud-cluster=${cluster_id}`;
    const crn = `${environment}/kafka=${cluster_id}/topic=${params.topic_name}`;
    await bind(person, account.id, role, crn);
  }
  const spec = {
    cluster: { id: cluster_id },
    topic_name: params.topic_name,
    service_account: { id: account.id },
  };
  return { params, spec, account };
};

const recordsIn = async (params: TopicParams) =>
  (await served.person.call(readRecords, { params, query: { from: 'earliest' } })).data;
const deliveryActions = async () => {
  const query = { action: 'audit-delivery.*' };
  return (await served.person.call(listAuditEvents, { query })).data.map(({ action }) => action);
};

it('is tried by a first record, and tells how far it is', async () => {
  const { params, spec } = await scene();
  expect((await served.person.call(getAuditDelivery, {})).spec).toBeNull();
  const set = await served.person.call(setAuditDelivery, { body: { spec } });
  expect(set.spec).toEqual(spec);
  // The event of this very change waits.
  expect(set.status).toMatchObject({ phase: 'DELIVERING', waiting: 1, problem: null, delivered_at: null });
  const [first, ...more] = await recordsIn(params);
  expect(more).toEqual([]);
  const event = AuditCloudEvent.parse(JSON.parse(first?.value?.data ?? ''));
  expect(event).toMatchObject({ type: 'weir.audit/delivery-test', data: null });
  expect(first?.key?.data).toBe(event.id);
  await served.person.call(deleteAuditDelivery, {});
  expect((await served.person.call(getAuditDelivery, {})).status).toBeNull();
  expect((await served.person.try(deleteAuditDelivery, {})).status).toBe(404);
  expect(await deliveryActions()).toEqual(['audit-delivery.delete', 'audit-delivery.update']);
});

it('begins with the first event, from now, or goes on from where it stands', async () => {
  const { spec } = await scene();
  const set = (start?: 'BEGINNING' | 'NOW') =>
    served.person.call(setAuditDelivery, { body: { spec: start === undefined ? spec : { ...spec, start } } });
  expect((await set('BEGINNING')).status?.delivered_sequence).toBe(0);
  expect((await set()).status?.delivered_sequence).toBe(0);
  const now = await set('NOW');
  expect(now.status?.waiting).toBe(1);
  expect((await set()).status).toMatchObject({
    delivered_sequence: now.status?.delivered_sequence,
    waiting: 2,
  });
});

it('is refused where the account may not write, and nothing has changed', async () => {
  const before = await served.person.call(getAuditDelivery, {});
  const { params, spec } = await scene(null);
  for (const query of [{}, { dry_run: 'true' as const }]) {
    const refused = await served.person.try(setAuditDelivery, { body: { spec }, query });
    expect([refused.status, refused.text.includes('may not write')]).toEqual([400, true]);
  }
  expect(await recordsIn(params)).toEqual([]);
  expect(await served.person.call(getAuditDelivery, {})).toMatchObject({ spec: before.spec });
});

it('a dry run answers what it would come to, and writes neither record nor event', async () => {
  const before = await served.person.call(getAuditDelivery, {});
  const events = await deliveryActions();
  const { params, spec } = await scene();
  const tried = await served.person.call(setAuditDelivery, { body: { spec }, query: { dry_run: 'true' } });
  expect(tried.spec).toEqual(spec);
  expect(await recordsIn(params)).toEqual([]);
  expect(await deliveryActions()).toEqual(events);
  expect((await served.person.call(getAuditDelivery, {})).spec).toEqual(before.spec);
});

it('names neither a topic nor an account nor a cluster of somebody else', async () => {
  const { spec } = await scene();
  const stranger = await served.api.signUp();
  const own = await stranger.call(createServiceAccount, { body: { display_name: 'own' } });
  const asked = await stranger.try(setAuditDelivery, { body: { spec } });
  expect([asked.status, asked.text.includes('no such service account')]).toEqual([400, true]);
  const service_account = { id: own.id };
  const elsewhere = await stranger.try(setAuditDelivery, { body: { spec: { ...spec, service_account } } });
  expect(elsewhere.status).toBe(404);
  const topic_name = 'there-is-none';
  const nowhere = await served.person.try(setAuditDelivery, { body: { spec: { ...spec, topic_name } } });
  expect(nowhere.status).toBe(404);
});
