import { createClientQuota } from '@weir/contracts/client-quotas';
import { createCluster, deleteCluster } from '@weir/contracts/clusters';
import { resetOffsets } from '@weir/contracts/consumer-groups';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { createInvitation } from '@weir/contracts/members';
import { createEnvironment, listEnvironments } from '@weir/contracts/organizations';
import { produceRecord } from '@weir/contracts/records';
import { createGroupMapping, createSsoDomain } from '@weir/contracts/single-sign-on';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { everybody, type Holder, type Subject } from './access-expectation.ts';
import type { ApiClient } from './api-client.ts';
import { startTestApi, type TestApi } from './api-for-tests.ts';
import { startTestBroker } from './broker-for-tests.ts';
import { newCreditNote, newInvoice } from './invoices-for-tests.ts';
import { personOf, verifyAddress } from './mails-for-tests.ts';
import { bind, newMember, newOwner, type TestPerson } from './people-with-roles.ts';
import { newBudget, newSpendLimit, newWebhook } from './spend-limits-for-tests.ts';

/** An object of each kind, by its subject, and what bodies name beside. */
export type Ids = Readonly<Record<Subject | 'principal', string>>;

/** Of the same form and length, but nobody's. */
export const nobodys = (id: string): string =>
  id.replace(/[a-z0-9A-Z](?=[^-]*$)/g, (letter) => (/[A-Z]/.test(letter) ? 'A' : '0'));

/** A cluster with a topic in it, and what belongs to it. */
const furnish = async (owner: ApiClient, organization: string, environment: string) => {
  const spec = { display_name: 'c', environment: { id: environment } };
  const { id: cluster } = await owner.call(createCluster, { body: { spec } });
  const { id: deleted } = await owner.call(createCluster, { body: { spec } });
  await owner.call(deleteCluster, { params: { id: deleted } });
  await owner.call(createTopic, { params: { cluster_id: cluster }, body: { topic_name: 'orders' } });
  const account = await owner.call(createServiceAccount, { body: { display_name: 's' } });
  const key = await owner.call(createApiKey, {
    body: { spec: { owner: { id: account.id }, resource: { id: cluster } } },
  });
  const quota = await owner.call(createClientQuota, {
    body: {
      spec: {
        display_name: 'q',
        throughput: { ingress_byte_rate: '1000000', egress_byte_rate: '1000000' },
        cluster: { id: cluster },
        environment: { id: environment },
        principals: [{ id: account.id }],
      },
    },
  });
  const crn = `crn://weir/organization=${organization}/environment=${environment}/cloud-cluster=${cluster}`;
  const binding = await bind(owner, account.id, 'DeveloperRead', crn);
  return {
    organization,
    environment,
    cluster,
    'deleted-cluster': deleted,
    topic: 'orders',
    'consumer-group': 'orders-group',
    'service-account': account.id,
    'api-key': key.id,
    'role-binding': binding.id,
    'client-quota': quota.id,
    crn,
  };
};

const newPasskey = async (api: TestApi, userId: string): Promise<string> => {
  const id = crypto.randomUUID();
  const data = { id, userId, name: 'x', credentialId: id, publicKey: new Uint8Array(1), counter: 0n };
  await api.platform.db.passkey.create({ data });
  return id;
};

const newDelivery = async (api: TestApi, organizationId: string, webhookId: string): Promise<string> => {
  const id = `msg_${crypto.randomUUID()}`;
  const data = { id, webhookId, organizationId, eventType: 'budget.threshold_passed', body: '{}' };
  await api.platform.db.webhookDelivery.create({ data });
  return id;
};

const newSession = async (api: TestApi, userId: string): Promise<string> => {
  const id = crypto.randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await api.platform.db.session.create({ data: { id, userId, token: id, expiresAt } });
  return id;
};

const invite = async (owner: ApiClient): Promise<string> => {
  const body = { email: `${crypto.randomUUID()}@example.com` };
  return (await owner.call(createInvitation, { body })).id;
};

const nameDomain = async (owner: ApiClient): Promise<string> => {
  const body = { domain: `${crypto.randomUUID()}.example` };
  return (await owner.call(createSsoDomain, { body })).id;
};

const mapGroup = async (owner: ApiClient): Promise<string> => {
  const body = { display_name: 'g', filter: '"g" in groups' };
  return (await owner.call(createGroupMapping, { body })).id;
};

/** Everything that somebody owns, for whom an operation can be about one of them. */
const belongings = async (
  api: TestApi,
  client: ApiClient,
  userId: string,
  inOrganization: string,
  env: string,
) => {
  const webhook = await newWebhook(client);
  return {
    ...(await furnish(client, inOrganization, env)),
    user: userId,
    invitation: await invite(client),
    'sso-domain': await nameDomain(client),
    'group-mapping': await mapGroup(client),
    session: await newSession(api, userId),
    passkey: await newPasskey(api, userId),
    invoice: await newInvoice(api, inOrganization),
    'credit-note': await newCreditNote(api, inOrganization),
    'spend-limit': await newSpendLimit(client, inOrganization),
    budget: await newBudget(client, inOrganization),
    webhook,
    'webhook-delivery': await newDelivery(api, inOrganization, webhook),
  };
};

/**
 * Two organizations behind an API and a real broker. In the first there are two environments with a cluster each, and
 * somebody for each of the roles, which is bound within the first of them.
 */
export const startAccessScene = async (roles: readonly Holder[] = everybody) => {
  const port = await findFreePort();
  const api = await startTestApi({ settings: { bootstrapEndpoint: `localhost:${port}` } });
  const broker = await startTestBroker(api.cell, port);
  const [owner, stranger] = [await newOwner(api), await newOwner(api, 'Stranger')];
  const firstEnvironment = async (client: ApiClient) =>
    (await client.call(listEnvironments, {})).data[0]?.id ?? '';
  const [memberOwn, memberAside] = [
    await newMember(api, owner.organizationId),
    await newMember(api, owner.organizationId),
  ];
  const own = await belongings(
    api,
    owner.client,
    memberOwn.id,
    owner.organizationId,
    await firstEnvironment(owner.client),
  );
  const second = await owner.client.call(createEnvironment, { body: { display_name: 'aside' } });
  const aside = await belongings(api, owner.client, memberAside.id, owner.organizationId, second.id);
  const another = await belongings(
    api,
    stranger.client,
    stranger.id,
    stranger.organizationId,
    await firstEnvironment(stranger.client),
  );
  const principal = { principal: own['service-account'] };
  const scopes: Readonly<Record<Holder, string | null>> = {
    OrganizationAdmin: `crn://weir/organization=${own.organization}`,
    BillingAdmin: `crn://weir/organization=${own.organization}`,
    EnvironmentAdmin: `crn://weir/organization=${own.organization}/environment=${own.environment}`,
    CloudClusterAdmin: own.crn,
    MetricsViewer: own.crn,
    ResourceOwner: `${own.crn}/kafka=${own.cluster}/topic=orders*`,
    DeveloperManage: `${own.crn}/kafka=${own.cluster}/topic=orders*`,
    DeveloperRead: `${own.crn}/kafka=${own.cluster}/topic=orders*`,
    DeveloperWrite: `${own.crn}/kafka=${own.cluster}/topic=orders*`,
    Assigner: `crn://weir/organization=${own.organization}/service-account=${own['service-account']}`,
    none: null,
  };
  const holders = new Map<Holder, TestPerson & { readonly passkey: string }>();
  for (const holder of roles) {
    const person = await newMember(api, own.organization, holder);
    await verifyAddress(api, person.client);
    const scope = scopes[holder];
    if (holder !== 'none' && scope !== null) await bind(owner.client, person.id, holder, scope);
    holders.set(holder, { ...person, passkey: await newPasskey(api, person.id) });
  }
  // Once it has answered, the broker knows both clusters.
  for (const cluster_id of [own.cluster, aside.cluster]) {
    const params = { cluster_id, topic_name: 'orders' };
    await owner.client.call(produceRecord, { params, body: { value: { type: 'STRING', data: 'x' } } });
    const group = { cluster_id, consumer_group_id: own['consumer-group'] };
    const body = { topic_name: 'orders', to: { position: 'EARLIEST' } } as const;
    await owner.client.call(resetOffsets, { params: group, body });
  }
  return {
    api,
    own: { ...own, ...principal } satisfies Ids,
    aside: { ...aside, ...principal } satisfies Ids,
    another: { ...another, ...principal } satisfies Ids,
    holder: (name: Holder) => {
      const found = holders.get(name);
      if (!found) throw new Error(`nobody has ${name}`);
      return found;
    },
    /** One more of those that a deletion takes. */
    async fresh(subject: Subject, ids: Ids, person: TestPerson): Promise<string> {
      switch (subject) {
        case 'user': {
          const { client } = await newMember(api, own.organization);
          return (await personOf(client)).id;
        }
        case 'invitation':
          return invite(owner.client);
        case 'sso-domain':
          return nameDomain(owner.client);
        case 'group-mapping':
          return mapGroup(owner.client);
        case 'service-account':
          return (await owner.client.call(createServiceAccount, { body: { display_name: 'x' } })).id;
        case 'session':
          return newSession(api, person.id);
        case 'passkey':
          return newPasskey(api, person.id);
        case 'organization':
        case 'environment':
        case 'cluster':
        case 'deleted-cluster':
        case 'topic':
        case 'consumer-group':
        case 'api-key':
        case 'role-binding':
        case 'client-quota':
        case 'invoice':
        case 'credit-note':
        case 'spend-limit':
        case 'budget':
        case 'webhook':
        case 'webhook-delivery':
          return ids[subject];
      }
    },
    async stop(): Promise<void> {
      await broker.stop();
      await api.close();
    },
  };
};

export type AccessScene = Awaited<ReturnType<typeof startAccessScene>>;
