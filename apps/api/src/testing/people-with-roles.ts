import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { listOrganizations } from '@weir/contracts/organizations';
import { createRoleBinding } from '@weir/contracts/role-bindings';
import type { RoleName } from '@weir/contracts/roles';
import type { ApiClient } from './api-client.ts';
import type { TestApi } from './api-for-tests.ts';
import { personOf, verifyAddress } from './mails-for-tests.ts';

export interface TestPerson {
  readonly id: string;
  readonly client: ApiClient;
}

export const organizationOf = async (client: ApiClient): Promise<string> =>
  (await client.call(listOrganizations, {})).data[0]?.id ?? '';

/** Somebody with an organization of her own and a confirmed address. */
export const newOwner = async (api: TestApi, name = 'Ada') => {
  const client = await api.signUp(name);
  await verifyAddress(api, client);
  const { id } = await personOf(client);
  return { id, client, organizationId: await organizationOf(client) };
};

/** Somebody who is in an organization without a role, and whose session is about it. */
export const newMember = async (api: TestApi, organizationId: string, name = 'Bob'): Promise<TestPerson> => {
  const client = await api.signUp(name);
  const { id } = await personOf(client);
  await api.platform.db.member.create({ data: { organizationId, userId: id } });
  await api.platform.db.session.updateMany({ where: { userId: id }, data: { organizationId } });
  return { id, client };
};

export const bind = (giver: ApiClient, principalId: string, role_name: RoleName, crn_pattern: string) =>
  giver.call(createRoleBinding, { body: { principal: `User:${principalId}`, role_name, crn_pattern } });

/** A service account, and a client that acts as it with a cloud key. */
export const newMachine = async (owner: ApiClient, name = 'machine'): Promise<TestPerson> => {
  const { id } = await owner.call(createServiceAccount, { body: { display_name: name } });
  const key = await owner.call(createApiKey, { body: { spec: { owner: { id } } } });
  return { id, client: owner.withKey(key.id, key.spec.secret) };
};
