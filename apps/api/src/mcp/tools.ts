import { listAcls } from '@weir/contracts/acls';
import { listBrokers } from '@weir/contracts/brokers';
import { listClientQuotas } from '@weir/contracts/client-quotas';
import { getCluster, listClusters, listReachedLimits } from '@weir/contracts/clusters';
import {
  getConsumerLagSummary,
  listConsumerGroups,
  listConsumerLags,
  listConsumers,
} from '@weir/contracts/consumer-groups';
import { getServiceAccount, listApiKeys, listServiceAccounts } from '@weir/contracts/iam';
import { listMetricDescriptors, queryMetrics } from '@weir/contracts/metrics';
import type { OperationShape } from '@weir/contracts/operation';
import { listEnvironments, listOrganizations } from '@weir/contracts/organizations';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import { getEffectivePermissions, listRoleBindings } from '@weir/contracts/role-bindings';
import {
  getTopic,
  listPartitionSizes,
  listTopicConfigs,
  listTopicPartitions,
  listTopics,
} from '@weir/contracts/topics';
import { getUsageBreakdown, getUsageSeries } from '@weir/contracts/usage';

/** One thing that an assistant can look at: an operation of the contracts, under a name as tools have. */
export interface McpTool {
  readonly name: string;
  readonly operation: OperationShape;
}

const tool = (name: string, operation: OperationShape): McpTool => ({ name, operation });

/**
 * All that assistants get. They read what they show to somebody else, so that nothing is here but what tells of the
 * shape of things: no records, no people and their addresses, no log of who did what, and nothing that changes anything.
 */
export const mcpTools: readonly McpTool[] = [
  tool('list_organizations', listOrganizations),
  tool('list_environments', listEnvironments),
  tool('list_clusters', listClusters),
  tool('get_cluster', getCluster),
  tool('list_reached_limits', listReachedLimits),
  tool('list_brokers', listBrokers),
  tool('list_service_accounts', listServiceAccounts),
  tool('get_service_account', getServiceAccount),
  tool('list_api_keys', listApiKeys),
  tool('list_role_bindings', listRoleBindings),
  tool('get_effective_permissions', getEffectivePermissions),
  tool('list_applied_quotas', listAppliedQuotas),
  tool('list_client_quotas', listClientQuotas),
  tool('list_topics', listTopics),
  tool('get_topic', getTopic),
  tool('list_topic_configs', listTopicConfigs),
  tool('list_topic_partitions', listTopicPartitions),
  tool('list_partition_sizes', listPartitionSizes),
  tool('list_consumer_groups', listConsumerGroups),
  tool('list_consumers', listConsumers),
  tool('list_consumer_lags', listConsumerLags),
  tool('get_consumer_lag_summary', getConsumerLagSummary),
  tool('list_acls', listAcls),
  tool('get_usage_series', getUsageSeries),
  tool('get_usage_breakdown', getUsageBreakdown),
  tool('list_metrics', listMetricDescriptors),
  tool('query_metrics', queryMetrics),
];
