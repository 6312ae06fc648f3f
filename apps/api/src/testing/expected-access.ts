import { dryRun, type Expected, everybody, type Holder, readOwn, wide } from './access-expectation.ts';
import { expectedBillingAccess } from './expected-billing-access.ts';

const without = (all: readonly Holder[], ...gone: readonly Holder[]) =>
  all.filter((one) => !gone.includes(one));

const organizationAdmin = ['OrganizationAdmin'] as const;
const environmentAdmins = ['OrganizationAdmin', 'EnvironmentAdmin'] as const;
const clusterAdmins = [...environmentAdmins, 'CloudClusterAdmin'] as const;
const directory = [...clusterAdmins, 'ResourceOwner'] as const;
const usage = [...clusterAdmins, 'MetricsViewer', 'BillingAdmin'] as const;
const inside = without(everybody, 'Assigner', 'none');
const inTopic = [...directory, 'DeveloperManage', 'DeveloperRead', 'DeveloperWrite'] as const;
/** Some may, others see what it is about. */
const changed = (ok: readonly Holder[], seen: readonly Holder[]) => ({
  own: { ok, forbidden: without(seen, ...ok) },
  aside: { ok: organizationAdmin, forbidden: ['BillingAdmin' as const] },
});
/** Nobody but the person, whatever her roles. */
const personal = { own: { ok: everybody }, aside: { ok: [] } };
const inCluster = (ok: readonly Holder[], forbidden: readonly Holder[]) => ({
  own: { ok, forbidden },
  aside: { ok: organizationAdmin },
});
const managed = {
  own: { ok: organizationAdmin, forbidden: without([...directory, 'Assigner'], 'OrganizationAdmin') },
  aside: { ok: organizationAdmin, forbidden: without(directory, 'OrganizationAdmin') },
};
/** Who sees people sees them; who looks after people changes them. */
const managedByPeople = {
  own: { ok: organizationAdmin, forbidden: without(directory, 'OrganizationAdmin') },
  aside: { ok: organizationAdmin, forbidden: without(directory, 'OrganizationAdmin') },
};
const acl = {
  resource_type: 'TOPIC',
  resource_name: 'orders',
  pattern_type: 'LITERAL',
  principal: 'User:sa-nobody',
  operation: 'READ',
  permission: 'ALLOW',
};
const aclChange = {
  own: { ok: clusterAdmins, forbidden: without(inside, ...clusterAdmins) },
  aside: { ok: organizationAdmin, forbidden: ['BillingAdmin' as const] },
};

const ofDeleted = { ...readOwn(environmentAdmins, organizationAdmin), query: dryRun };

/** Of every operation of the contracts, who gets what. One that is missing fails the test. */
export const expectedAccess: Readonly<Record<string, Expected>> = {
  listOrganizations: { lists: 'organization', own: without(everybody, 'none'), aside: [] },
  getOrganization: { about: 'organization', own: { ok: without(everybody, 'none') }, aside: { ok: [] } },
  updateOrganization: {
    about: 'organization',
    own: { ok: organizationAdmin, forbidden: without(everybody, 'OrganizationAdmin', 'none') },
    aside: { ok: [] },
    body: () => ({ display_name: 'renamed' }),
  },
  listEnvironments: { lists: 'environment', own: inside, aside: wide },
  createEnvironment: { plain: true, ok: organizationAdmin, body: { display_name: 'RANDOM' } },
  getEnvironment: { about: 'environment', ...readOwn(inside) },
  updateEnvironment: {
    about: 'environment',
    ...changed(environmentAdmins, inside),
    body: () => ({ display_name: `n${crypto.randomUUID()}` }),
  },
  // It holds clusters, which is what who may is told.
  deleteEnvironment: { about: 'environment', ...changed(environmentAdmins, inside), okStatus: 409 },
  listRegions: { plain: true, ok: everybody },
  listClusters: { lists: 'cluster', own: inside, aside: wide },
  createCluster: {
    about: 'environment',
    ...changed(environmentAdmins, inside),
    query: dryRun,
    body: ({ environment }) => ({ spec: { display_name: 'x', environment: { id: environment } } }),
  },
  getCluster: { about: 'cluster', ...readOwn(inside) },
  updateCluster: {
    about: 'cluster',
    ...changed(clusterAdmins, inside),
    body: () => ({ spec: { display_name: 'renamed' } }),
  },
  deleteCluster: { about: 'cluster', ...changed(clusterAdmins, inside), query: dryRun, okStatus: 200 },
  listReachedLimits: { about: 'cluster', own: changed(usage, inside).own, aside: { ok: wide } },
  listBrokers: { about: 'cluster', own: changed(usage, inside).own, aside: { ok: wide } },
  // CloudClusterAdmin is bound on a cluster that is there.
  listDeletedClusters: { lists: 'deleted-cluster', own: environmentAdmins, aside: organizationAdmin },
  restoreCluster: { about: 'deleted-cluster', ...ofDeleted },
  deleteClusterForGood: { about: 'deleted-cluster', ...ofDeleted },
  listUsers: { lists: 'user', own: directory, aside: directory },
  getUser: { about: 'user', own: { ok: directory }, aside: { ok: directory } },
  deleteUser: {
    about: 'user',
    own: { ok: organizationAdmin, forbidden: without(directory, 'OrganizationAdmin') },
    aside: { ok: organizationAdmin, forbidden: without(directory, 'OrganizationAdmin') },
  },
  listInvitations: { lists: 'invitation', own: organizationAdmin, aside: organizationAdmin },
  createInvitation: { plain: true, ok: organizationAdmin, body: { email: 'RANDOM@example.com' } },
  deleteInvitation: { about: 'invitation', ...readOwn(organizationAdmin, organizationAdmin) },
  getSsoSettings: { plain: true, ok: organizationAdmin },
  // Into a network of our own, which is what who may is told.
  setSsoConnection: {
    plain: true,
    ok: organizationAdmin,
    body: { issuer: 'https://127.0.0.1', client_id: 'x', client_secret: 'x' },
    okStatus: 400,
  },
  deleteSsoConnection: { plain: true, ok: organizationAdmin, query: dryRun },
  setSsoEnforcement: { plain: true, ok: organizationAdmin, body: { is_enforced: false } },
  listSsoDomains: { lists: 'sso-domain', own: organizationAdmin, aside: organizationAdmin },
  createSsoDomain: { plain: true, ok: organizationAdmin, body: { domain: 'RANDOM.example' } },
  // Nobody answers for DNS here.
  verifySsoDomain: {
    about: 'sso-domain',
    ...readOwn(organizationAdmin, organizationAdmin),
    okStatus: 503,
  },
  deleteSsoDomain: { about: 'sso-domain', ...readOwn(organizationAdmin, organizationAdmin) },
  listGroupMappings: { lists: 'group-mapping', own: directory, aside: directory },
  createGroupMapping: {
    plain: true,
    ok: organizationAdmin,
    body: { display_name: 'x', filter: '"x" in groups' },
  },
  getGroupMapping: { about: 'group-mapping', ...readOwn(directory, directory) },
  updateGroupMapping: {
    about: 'group-mapping',
    ...managedByPeople,
    body: () => ({ display_name: 'renamed' }),
  },
  deleteGroupMapping: { about: 'group-mapping', ...managedByPeople },
  listMemberships: { lists: 'membership', own: everybody, aside: [] },
  listSessions: { lists: 'session', own: everybody, aside: [] },
  deleteSession: { about: 'session', ...personal },
  deleteOtherSessions: { plain: true, ok: everybody },
  listPasskeys: { lists: 'passkey', own: everybody, aside: [] },
  deletePasskey: { about: 'passkey', ...personal },
  getAccountDeletion: { plain: true, ok: everybody },
  listServiceAccounts: { lists: 'service-account', own: [...directory, 'Assigner'], aside: directory },
  createServiceAccount: { plain: true, ok: organizationAdmin, body: { display_name: 'x' } },
  getServiceAccount: { about: 'service-account', ...readOwn([...directory, 'Assigner'], directory) },
  updateServiceAccount: { about: 'service-account', ...managed, body: () => ({ display_name: 'renamed' }) },
  deleteServiceAccount: { about: 'service-account', ...managed },
  listApiKeys: { lists: 'api-key', own: [...clusterAdmins, 'Assigner'], aside: organizationAdmin },
  // Of one's own, for a cluster that one sees.
  createApiKey: {
    about: 'cluster',
    ...readOwn(inside),
    query: dryRun,
    body: ({ cluster }) => ({ spec: { resource: { id: cluster } } }),
  },
  getApiKey: { about: 'api-key', ...readOwn([...clusterAdmins, 'Assigner'], organizationAdmin) },
  updateApiKey: {
    about: 'api-key',
    ...readOwn([...clusterAdmins, 'Assigner'], organizationAdmin),
    body: () => ({ spec: { display_name: 'renamed' } }),
  },
  deleteApiKey: {
    about: 'api-key',
    ...readOwn([...clusterAdmins, 'Assigner'], organizationAdmin),
    query: dryRun,
  },
  listApiKeySecrets: { about: 'api-key', ...readOwn([...clusterAdmins, 'Assigner'], organizationAdmin) },
  createApiKeySecret: {
    about: 'api-key',
    ...readOwn([...clusterAdmins, 'Assigner'], organizationAdmin),
    query: dryRun,
  },
  // It is the only one that the key has.
  deleteApiKeySecret: {
    about: 'api-key',
    ...readOwn([...clusterAdmins, 'Assigner'], organizationAdmin),
    query: dryRun,
    okStatus: 409,
  },
  reportSecrets: { plain: true, ok: everybody, body: { secrets: ['x'] } },
  listRoleBindings: {
    lists: 'role-binding',
    own: clusterAdmins,
    aside: organizationAdmin,
    query: ({ organization }) => ({
      crn_pattern: `crn://weir/organization=${organization}`,
      page_size: '100',
    }),
  },
  createRoleBinding: {
    about: 'cluster',
    ...changed(clusterAdmins, inside),
    query: dryRun,
    body: ({ cluster, environment, organization, principal }) => ({
      principal: `User:${principal}`,
      role_name: 'DeveloperManage',
      crn_pattern: `crn://weir/organization=${organization}/environment=${environment}/cloud-cluster=${cluster}`,
    }),
  },
  getRoleBinding: { about: 'role-binding', ...readOwn(clusterAdmins, organizationAdmin) },
  deleteRoleBinding: {
    about: 'role-binding',
    ...readOwn(clusterAdmins, organizationAdmin),
    query: dryRun,
  },
  getEffectivePermissions: {
    plain: true,
    ok: everybody,
    query: { crn_pattern: 'crn://weir/organization=1d1f9a2e-9a52-4d0c-9a43-0f6a3a2f7a11' },
  },
  getKafkaCluster: { about: 'cluster', ...readOwn(inside) },
  listTopics: { about: 'cluster', ...readOwn(inside) },
  createTopic: {
    about: 'cluster',
    own: {
      ok: [...directory, 'DeveloperManage'],
      forbidden: ['DeveloperRead', 'DeveloperWrite', 'MetricsViewer', 'BillingAdmin'],
    },
    aside: { ok: organizationAdmin, forbidden: ['BillingAdmin'] },
    query: dryRun,
    body: () => ({ topic_name: 'orders-new' }),
  },
  getTopic: { about: 'topic', ...inCluster(inTopic, []) },
  updatePartitionCount: {
    about: 'topic',
    ...inCluster([...directory, 'DeveloperManage'], ['DeveloperRead', 'DeveloperWrite']),
    query: dryRun,
    body: () => ({ partitions_count: 9 }),
  },
  deleteTopic: {
    about: 'topic',
    ...inCluster([...directory, 'DeveloperManage'], ['DeveloperRead', 'DeveloperWrite']),
    query: dryRun,
    okStatus: 200,
  },
  listTopicPartitions: { about: 'topic', ...inCluster(inTopic, []) },
  getTopicPartition: { about: 'topic', ...inCluster(inTopic, []) },
  listPartitionSizes: { about: 'topic', ...inCluster(clusterAdmins, without(inTopic, ...clusterAdmins)) },
  listTopicConfigs: { about: 'topic', ...inCluster(without(inTopic, 'DeveloperWrite'), ['DeveloperWrite']) },
  getTopicConfig: { about: 'topic', ...inCluster(without(inTopic, 'DeveloperWrite'), ['DeveloperWrite']) },
  alterTopicConfigs: {
    about: 'topic',
    ...inCluster([...directory, 'DeveloperManage'], ['DeveloperRead', 'DeveloperWrite']),
    query: dryRun,
    okStatus: 200,
    body: () => ({ data: [{ name: 'retention.ms', value: '3600000' }] }),
  },
  readRecords: {
    about: 'topic',
    ...inCluster([...directory, 'DeveloperRead'], ['DeveloperManage', 'DeveloperWrite']),
  },
  produceRecord: {
    about: 'topic',
    ...inCluster([...directory, 'DeveloperWrite'], ['DeveloperManage', 'DeveloperRead']),
    body: () => ({ value: { type: 'STRING', data: 'x' } }),
  },
  listConsumerGroups: { about: 'cluster', ...readOwn(inside) },
  getConsumerGroup: { about: 'consumer-group', ...inCluster(clusterAdmins, []) },
  listConsumers: { about: 'consumer-group', ...inCluster(clusterAdmins, []) },
  listConsumerLags: { about: 'consumer-group', ...inCluster(clusterAdmins, []) },
  getConsumerLagSummary: { about: 'consumer-group', ...inCluster(clusterAdmins, []) },
  resetOffsets: {
    about: 'consumer-group',
    ...inCluster(clusterAdmins, []),
    query: dryRun,
    body: () => ({ topic_name: 'orders', to: { position: 'EARLIEST' } }),
  },
  listAcls: { about: 'cluster', ...aclChange },
  createAcl: { about: 'cluster', ...aclChange, body: () => acl },
  deleteAcls: { about: 'cluster', ...aclChange, query: { principal: 'User:sa-nobody-at-all' } },
  listClientQuotas: {
    lists: 'client-quota',
    own: inside,
    aside: [],
    query: ({ cluster = '', environment = '' }) => ({ 'spec.cluster': cluster, environment }),
  },
  createClientQuota: {
    about: 'cluster',
    ...changed(clusterAdmins, inside),
    query: dryRun,
    body: ({ cluster, environment }) => ({
      spec: {
        display_name: 'q',
        throughput: { ingress_byte_rate: '1', egress_byte_rate: '1' },
        cluster: { id: cluster },
        environment: { id: environment },
        principals: [{ id: '<default>' }],
      },
    }),
  },
  getClientQuota: { about: 'client-quota', ...readOwn(inside) },
  updateClientQuota: {
    about: 'client-quota',
    ...changed(clusterAdmins, inside),
    query: dryRun,
    body: () => ({ spec: { display_name: 'renamed' } }),
  },
  deleteClientQuota: { about: 'client-quota', ...changed(clusterAdmins, inside), query: dryRun },
  listAppliedQuotas: {
    lists: 'quota',
    own: wide,
    aside: [],
    query: () => ({ scope: 'ORGANIZATION' }),
  },
  getUsageSeries: { about: 'cluster', own: changed(usage, inside).own, aside: { ok: wide } },
  getUsageBreakdown: {
    about: 'cluster',
    own: changed(usage, inside).own,
    aside: { ok: wide },
    query: { by: 'topic' },
  },
  listCosts: { plain: true, ok: wide },
  getMonthToDate: { plain: true, ok: wide },
  getPriceBook: { plain: true, ok: everybody },
  ...expectedBillingAccess,
  listMetricDescriptors: { plain: true, ok: everybody },
  queryMetrics: {
    about: 'cluster',
    own: changed(usage, inside).own,
    aside: { ok: wide },
    body: ({ cluster }) => ({
      aggregations: [{ metric: 'io.weir.kafka.server/received_bytes' }],
      filter: { field: 'resource.kafka.id', op: 'EQ', value: cluster },
      granularity: 'PT1H',
      intervals: ['2026-01-01T00:00:00Z/PT1H'],
    }),
  },
  exportMetrics: {
    about: 'cluster',
    own: changed(usage, inside).own,
    aside: { ok: wide },
    query: ({ cluster = '' }) => ({ 'resource.kafka.id': cluster }),
  },
  checkAuditChain: { plain: true, ok: organizationAdmin },
  exportAuditEvents: { plain: true, ok: organizationAdmin },
  getAuditDelivery: { plain: true, ok: organizationAdmin },
  setAuditDelivery: {
    plain: true,
    ok: organizationAdmin,
    body: {
      spec: { cluster: { id: 'lkc-none' }, topic_name: 'audit', service_account: { id: 'sa-none' } },
    },
    // There is no such account, which is what who may is told.
    okStatus: 400,
  },
  // Nothing is set, which is what who may is told.
  deleteAuditDelivery: { plain: true, ok: organizationAdmin, query: dryRun, okStatus: 404 },
  listAuditEvents: { lists: 'audit-event', own: organizationAdmin, aside: [] },
};
