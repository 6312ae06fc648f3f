import { createCluster } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount, listUsers } from '@weir/contracts/iam';
import { listEnvironments, listOrganizations } from '@weir/contracts/organizations';
import { produceRecord } from '@weir/contracts/records';
import { createTopic } from '@weir/contracts/topics';
import { ApiClient } from '../src/testing/api-client.ts';
import type { Belongings } from './generate-cases.ts';

/** Somebody who signed up, with all that requests may name. */
export interface Person extends Belongings {
  readonly email: string;
  readonly password: string;
  readonly cookie: string;
  readonly client: ApiClient;
  /** The key of the cluster. */
  readonly secret: string;
}

const password = 'a long enough password';
const firstId = (all: { readonly data: readonly { readonly id: string }[] }): string => {
  const [first] = all.data;
  if (first === undefined) throw new Error('a new person lacks what everybody has');
  return first.id;
};

/** Signs somebody up, who makes a cluster with a topic in it, and a key. */
export const signUp = async (apiPort: number, name: string): Promise<Person> => {
  const email = `${name}@example.com`;
  const client = await new ApiClient(`http://127.0.0.1:${apiPort}`).signUp({ name, email, password });
  const cluster = await client.call(createCluster, { body: { spec: { display_name: name } } });
  const params = { cluster_id: cluster.id };
  const topicName = 't';
  await client.call(createTopic, { params, body: { topic_name: topicName, partitions_count: 1 } });
  const account = await client.call(createServiceAccount, { body: { display_name: name } });
  const key = await client.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
  const produce = () =>
    client.try(produceRecord, {
      params: { ...params, topic_name: topicName },
      body: { value: { type: 'STRING', data: 'first' } },
    });
  // A broker hears of a topic a moment after it is made.
  let answer = await produce();
  for (let attempt = 0; answer.status !== 200 && attempt < 20; attempt++) answer = await produce();
  if (answer.status !== 200) throw new Error(`no record could be written: ${answer.text}`);
  return {
    email,
    password,
    cookie: client.headers.cookie ?? '',
    client,
    secret: key.spec.secret ?? '',
    topicName,
    clusterId: cluster.id,
    serviceAccountId: account.id,
    apiKeyId: key.id,
    organizationId: firstId(await client.call(listOrganizations, {})),
    environmentId: firstId(await client.call(listEnvironments, {})),
    userId: firstId(await client.call(listUsers, {})),
  };
};
