import * as acls from './acls.ts';
import * as audit from './audit.ts';
import * as clusters from './clusters.ts';
import * as iam from './iam.ts';
import * as members from './members.ts';
import * as metrics from './metrics.ts';
import type { OperationShape } from './operation.ts';
import * as organizations from './organizations.ts';
import * as passkeys from './passkeys.ts';
import * as quotas from './quotas.ts';
import * as records from './records.ts';
import * as sessions from './sessions.ts';
import * as topics from './topics.ts';
import * as usage from './usage.ts';

/** Every call of the API, in the order in which the documentation shows them. */
export const operations: readonly OperationShape[] = [
  organizations.listOrganizations,
  organizations.getOrganization,
  organizations.updateOrganization,
  organizations.listEnvironments,
  organizations.createEnvironment,
  organizations.getEnvironment,
  organizations.updateEnvironment,
  organizations.deleteEnvironment,
  clusters.listClusters,
  clusters.createCluster,
  clusters.getCluster,
  clusters.updateCluster,
  clusters.deleteCluster,
  clusters.listReachedLimits,
  iam.listUsers,
  iam.getUser,
  members.deleteUser,
  members.listInvitations,
  members.createInvitation,
  members.deleteInvitation,
  members.listMemberships,
  sessions.listSessions,
  sessions.deleteSession,
  sessions.deleteOtherSessions,
  passkeys.listPasskeys,
  passkeys.deletePasskey,
  iam.listServiceAccounts,
  iam.createServiceAccount,
  iam.getServiceAccount,
  iam.updateServiceAccount,
  iam.deleteServiceAccount,
  iam.listApiKeys,
  iam.createApiKey,
  iam.getApiKey,
  iam.updateApiKey,
  iam.deleteApiKey,
  topics.getKafkaCluster,
  topics.listTopics,
  topics.createTopic,
  topics.getTopic,
  topics.updatePartitionCount,
  topics.deleteTopic,
  topics.listTopicPartitions,
  topics.listPartitionSizes,
  topics.listTopicConfigs,
  records.readRecords,
  records.produceRecord,
  acls.listAcls,
  acls.createAcl,
  acls.deleteAcls,
  quotas.listAppliedQuotas,
  usage.getUsageSeries,
  usage.getUsageBreakdown,
  metrics.listMetricDescriptors,
  metrics.queryMetrics,
  audit.listAuditEvents,
];
