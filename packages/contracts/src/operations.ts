import * as accountDeletion from './account-deletion.ts';
import * as acls from './acls.ts';
import * as apiKeySecrets from './api-key-secrets.ts';
import * as audit from './audit.ts';
import * as auditDelivery from './audit-delivery.ts';
import * as billing from './billing.ts';
import * as brokers from './brokers.ts';
import * as budgets from './budgets.ts';
import * as clientQuotas from './client-quotas.ts';
import * as clusters from './clusters.ts';
import * as consumerGroups from './consumer-groups.ts';
import * as deletedClusters from './deleted-clusters.ts';
import * as iam from './iam.ts';
import * as invoices from './invoices.ts';
import * as members from './members.ts';
import * as metrics from './metrics.ts';
import type { OperationShape } from './operation.ts';
import * as organizations from './organizations.ts';
import * as passkeys from './passkeys.ts';
import * as payments from './payments.ts';
import * as promotions from './promotions.ts';
import * as quotas from './quotas.ts';
import * as records from './records.ts';
import * as regions from './regions.ts';
import * as roleBindings from './role-bindings.ts';
import * as sessions from './sessions.ts';
import * as singleSignOn from './single-sign-on.ts';
import * as spendLimits from './spend-limits.ts';
import * as topics from './topics.ts';
import * as usage from './usage.ts';
import * as webhooks from './webhooks.ts';

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
  regions.listRegions,
  clusters.listClusters,
  clusters.createCluster,
  clusters.getCluster,
  clusters.updateCluster,
  clusters.deleteCluster,
  clusters.listReachedLimits,
  brokers.listBrokers,
  deletedClusters.listDeletedClusters,
  deletedClusters.restoreCluster,
  deletedClusters.deleteClusterForGood,
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
  accountDeletion.getAccountDeletion,
  singleSignOn.getSsoSettings,
  singleSignOn.setSsoConnection,
  singleSignOn.deleteSsoConnection,
  singleSignOn.setSsoEnforcement,
  singleSignOn.listSsoDomains,
  singleSignOn.createSsoDomain,
  singleSignOn.verifySsoDomain,
  singleSignOn.deleteSsoDomain,
  singleSignOn.listGroupMappings,
  singleSignOn.createGroupMapping,
  singleSignOn.getGroupMapping,
  singleSignOn.updateGroupMapping,
  singleSignOn.deleteGroupMapping,
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
  roleBindings.listRoleBindings,
  roleBindings.createRoleBinding,
  roleBindings.getRoleBinding,
  roleBindings.deleteRoleBinding,
  roleBindings.getEffectivePermissions,
  apiKeySecrets.listApiKeySecrets,
  apiKeySecrets.createApiKeySecret,
  apiKeySecrets.deleteApiKeySecret,
  apiKeySecrets.reportSecrets,
  topics.getKafkaCluster,
  topics.listTopics,
  topics.createTopic,
  topics.getTopic,
  topics.updatePartitionCount,
  topics.deleteTopic,
  topics.listTopicPartitions,
  topics.getTopicPartition,
  topics.listPartitionSizes,
  topics.listTopicConfigs,
  topics.getTopicConfig,
  topics.alterTopicConfigs,
  records.readRecords,
  records.produceRecord,
  consumerGroups.listConsumerGroups,
  consumerGroups.getConsumerGroup,
  consumerGroups.listConsumers,
  consumerGroups.listConsumerLags,
  consumerGroups.getConsumerLagSummary,
  consumerGroups.resetOffsets,
  acls.listAcls,
  acls.createAcl,
  acls.deleteAcls,
  clientQuotas.listClientQuotas,
  clientQuotas.createClientQuota,
  clientQuotas.getClientQuota,
  clientQuotas.updateClientQuota,
  clientQuotas.deleteClientQuota,
  quotas.listAppliedQuotas,
  usage.getUsageSeries,
  usage.getUsageBreakdown,
  metrics.listMetricDescriptors,
  metrics.queryMetrics,
  metrics.exportMetrics,
  billing.listCosts,
  billing.getMonthToDate,
  billing.getPriceBook,
  budgets.listBudgets,
  budgets.createBudget,
  budgets.getBudget,
  budgets.updateBudget,
  budgets.deleteBudget,
  spendLimits.listSpendLimits,
  spendLimits.createSpendLimit,
  spendLimits.getSpendLimit,
  spendLimits.updateSpendLimit,
  spendLimits.deleteSpendLimit,
  webhooks.listWebhooks,
  webhooks.createWebhook,
  webhooks.getWebhook,
  webhooks.updateWebhook,
  webhooks.deleteWebhook,
  webhooks.listWebhookSecrets,
  webhooks.createWebhookSecret,
  webhooks.deleteWebhookSecret,
  webhooks.listWebhookDeliveries,
  webhooks.testWebhook,
  webhooks.resendWebhookDelivery,
  payments.getPayment,
  payments.openPaymentSetup,
  payments.openPaymentPortal,
  invoices.listInvoices,
  invoices.getInvoice,
  invoices.exportInvoice,
  invoices.printInvoice,
  invoices.listCredits,
  invoices.printCreditNote,
  promotions.redeemPromotion,
  invoices.getBillingAccount,
  invoices.setBillingAccount,
  audit.checkAuditChain,
  audit.exportAuditEvents,
  audit.listAuditEvents,
  auditDelivery.getAuditDelivery,
  auditDelivery.setAuditDelivery,
  auditDelivery.deleteAuditDelivery,
];
