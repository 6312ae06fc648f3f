import { createCluster, getCluster } from '@weir/contracts/clusters';
import { listEnvironments } from '@weir/contracts/organizations';
import { createRoleBinding } from '@weir/contracts/role-bindings';
import {
  createGroupMapping,
  deleteGroupMapping,
  getGroupMapping,
  updateGroupMapping,
} from '@weir/contracts/single-sign-on';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { personOf } from '../testing/mails-for-tests.ts';
import { bind, newMember } from '../testing/people-with-roles.ts';
import {
  newSsoOwner,
  newSubject,
  type SsoScene,
  ssoSignIn,
  startSsoScene,
} from '../testing/sso-for-tests.ts';

let scene: SsoScene;
beforeAll(async () => {
  scene = await startSsoScene();
  await scene.api.cell.registerBroker(brokerOf(1));
});
afterAll(() => scene.stop());

/** What brokers of the cell are told that a principal may do in a cluster. */
const grantsOf = async (clusterId: string, userId: string): Promise<number> => {
  const { changes } = await scene.api.cell.changesSince(0);
  const told = changes.find((change) => change.kind === 'acls' && change.clusterId === clusterId);
  if (told?.kind !== 'acls') return 0;
  return told.roleGrants.grants.filter(({ principal }) => principal === `User:${userId}`).length;
};

const scenario = async () => {
  const owner = await newSsoOwner(scene);
  const cluster = await owner.client.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const environment = (await owner.client.call(listEnvironments, {})).data[0]?.id ?? '';
  const crn = `crn://weir/organization=${owner.organizationId}/environment=${environment}/cloud-cluster=${cluster.id}`;
  const mapping = await owner.client.call(createGroupMapping, {
    body: { display_name: 'Engineers', filter: '"eng" in groups || "ops" in groups' },
  });
  const binding = await bind(owner.client, mapping.id, 'CloudClusterAdmin', crn);
  return { owner, cluster, crn, mapping, binding };
};

it('a role of a group is one of whom the provider puts into it, from that sign-in on, and in brokers too', async () => {
  const { cluster, mapping, owner } = await scenario();
  const somebody = newSubject(scene, owner.domain, { groups: ['eng', 'all'] });
  const first = await ssoSignIn(scene.api, somebody);
  const { id } = await personOf(first.client);
  const sees = async () => (await first.client.try(getCluster, { params: { id: cluster.id } })).status;
  expect(await sees()).toBe(200);
  expect(await grantsOf(cluster.id, id)).toBeGreaterThan(0);
  expect((await owner.client.call(getGroupMapping, { params: { id: mapping.id } })).members).toBe(1);

  scene.provider.people.set(somebody.subject, { email: somebody.email, groups: ['all'] });
  await ssoSignIn(scene.api, somebody);
  // The session from before has it no more either.
  expect(await sees()).toBe(404);
  expect(await grantsOf(cluster.id, id)).toBe(0);
  scene.provider.people.set(somebody.subject, { email: somebody.email, groups: ['ops'] });
  await ssoSignIn(scene.api, somebody);
  expect(await sees()).toBe(200);
});

it('whom a mapping means can change without anybody signing in, and goes with it', async () => {
  const { cluster, mapping, owner } = await scenario();
  const { client } = await ssoSignIn(scene.api, newSubject(scene, owner.domain, { groups: ['sales'] }));
  const { id } = await personOf(client);
  const sees = async () => (await client.try(getCluster, { params: { id: cluster.id } })).status;
  expect(await sees()).toBe(404);
  const params = { id: mapping.id };
  await owner.client.call(updateGroupMapping, { params, body: { filter: '"sales" in groups' } });
  expect(await sees()).toBe(200);
  expect(await grantsOf(cluster.id, id)).toBeGreaterThan(0);
  await owner.client.call(deleteGroupMapping, { params });
  expect(await sees()).toBe(404);
  expect(await grantsOf(cluster.id, id)).toBe(0);
});

it('nobody gives a group more than he has himself, nor changes whom such a role means', async () => {
  const { crn, mapping, owner } = await scenario();
  const member = await newMember(scene.api, owner.organizationId);
  await bind(owner.client, member.id, 'CloudClusterAdmin', crn);
  const give = (role_name: 'CloudClusterAdmin' | 'OrganizationAdmin', crn_pattern: string) =>
    member.client.try(createRoleBinding, {
      body: { principal: `User:${mapping.id}`, role_name, crn_pattern },
    });
  const whole = `crn://weir/organization=${owner.organizationId}`;
  expect((await give('OrganizationAdmin', whole)).status).toBe(403);
  expect((await give('CloudClusterAdmin', crn)).status).toBe(409);
  const change = await member.client.try(updateGroupMapping, {
    params: { id: mapping.id },
    body: { filter: '"mine" in groups' },
  });
  expect(change.status).toBe(403);
  const made = await member.client.try(createGroupMapping, {
    body: { display_name: 'x', filter: '"x" in groups' },
  });
  expect(made.status).toBe(403);
});

it('a provider that sends no groups is told to who signs in, and gives nobody any', async () => {
  const { cluster, owner } = await scenario();
  const somebody = newSubject(scene, owner.domain);
  scene.provider.people.set(somebody.subject, { email: somebody.email });
  const { answer, client } = await ssoSignIn(scene.api, somebody);
  expect(answer.body).toEqual({ outcome: 'SIGNED_IN', lacks_groups: true });
  expect((await client.try(getCluster, { params: { id: cluster.id } })).status).toBe(404);
});
