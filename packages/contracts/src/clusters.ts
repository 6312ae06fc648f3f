import { z } from 'zod';
import { DryRunCost, DryRunReply } from './dry-run-cost.ts';
import {
  DryRunQuery,
  displayName,
  head,
  list,
  PageQuery,
  Reference,
  ReferenceInput,
  Timestamp,
} from './envelope.ts';
import { ClusterId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { filterText, plainLine } from './plain-text.ts';

export const Availability = z.enum(['SINGLE_ZONE', 'MULTI_ZONE', 'LOW', 'HIGH']);
export const ClusterPhase = z.enum(['PROVISIONING', 'PROVISIONED', 'FAILED', 'DELETING']);

export const ClusterConfig = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('Basic') }),
    z.object({ kind: z.literal('Standard') }),
    z.object({ kind: z.literal('Dedicated'), cku: z.int().min(1).max(24) }),
  ])
  .meta({ id: 'ClusterConfig' });
export type ClusterConfig = z.infer<typeof ClusterConfig>;

export const Cluster = z
  .object({
    ...head('cmk/v2', 'Cluster'),
    id: ClusterId,
    spec: z.object({
      display_name: z.string(),
      availability: Availability,
      cloud: z.string().meta({ example: 'LOCAL' }),
      region: z.string().meta({ example: 'local' }),
      config: ClusterConfig,
      kafka_bootstrap_endpoint: z
        .string()
        .describe(
          'Where Kafka clients begin: one address or several with commas, each behind its security.protocol. Empty while brokers are being made.',
        )
        .meta({ example: 'SASL_SSL://lkc-4q8wz1.kafka.example.com:9092' }),
      kafka_ca_endpoint: z
        .url()
        .optional()
        .describe(
          'Where the certificate is that Kafka clients are to trust (ssl.ca.location, a PEM truststore). Absent where they need none.',
        ),
      http_endpoint: z.url().describe('Where /kafka/v3 of this cluster is.'),
      deletion_protection: z.boolean(),
      environment: Reference,
    }),
    status: z.object({
      phase: ClusterPhase,
      cku: z
        .int()
        .nonnegative()
        .optional()
        .describe(
          'Of a Dedicated cluster: the units that it has. Once they are those of its spec, a resize is done.',
        ),
    }),
    dry_run_cost: DryRunCost.optional(),
  })
  .meta({ id: 'Cluster' });
export type Cluster = z.infer<typeof Cluster>;

export const CreateClusterInput = z
  .object({
    spec: z.object({
      display_name: displayName,
      availability: Availability.default('SINGLE_ZONE'),
      cloud: plainLine(z.string().min(1).max(32))
        .optional()
        .describe('Without it, and the region, the local one.'),
      region: plainLine(z.string().min(1).max(64)).optional(),
      config: ClusterConfig.default({ kind: 'Basic' }),
      deletion_protection: z.boolean().default(false),
      environment: ReferenceInput.optional().describe('Without it, your first environment.'),
    }),
  })
  .meta({ id: 'CreateClusterInput' });
export type CreateClusterInput = z.output<typeof CreateClusterInput>;

export const UpdateClusterInput = z
  .object({
    spec: z.object({
      display_name: displayName.optional(),
      deletion_protection: z.boolean().optional(),
      config: ClusterConfig.optional().describe(
        'The same kind with other units, or Standard of a Basic cluster.',
      ),
      environment: ReferenceInput.optional().describe('Must be where the cluster is.'),
    }),
  })
  .meta({ id: 'UpdateClusterInput' });

const common = { tag: 'Clusters', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: ClusterId });
const environment = filterText.optional().describe('Only this environment.');

export const listClusters = defineOperation({
  ...common,
  id: 'listClusters',
  method: 'GET',
  path: '/cmk/v2/clusters',
  summary: 'Your clusters, newest first.',
  query: PageQuery.extend({ environment }),
  status: 200,
  response: list('cmk/v2', 'ClusterList', Cluster),
});

export const createCluster = defineOperation({
  ...common,
  id: 'createCluster',
  method: 'POST',
  path: '/cmk/v2/clusters',
  summary: 'Create a cluster. It normally is ready when the reply arrives; a Dedicated one within a minute.',
  query: DryRunQuery,
  body: CreateClusterInput,
  status: 202,
  response: Cluster,
});

export const getCluster = defineOperation({
  ...common,
  id: 'getCluster',
  method: 'GET',
  path: '/cmk/v2/clusters/{id}',
  summary: 'One cluster.',
  params,
  query: z.object({ environment }),
  status: 200,
  response: Cluster,
});

export const updateCluster = defineOperation({
  ...common,
  id: 'updateCluster',
  method: 'PATCH',
  path: '/cmk/v2/clusters/{id}',
  summary: 'Rename a cluster, protect it from deletion, or change its size.',
  params,
  query: DryRunQuery,
  body: UpdateClusterInput,
  status: 200,
  response: Cluster,
});

export const deleteCluster = defineOperation({
  ...common,
  id: 'deleteCluster',
  method: 'DELETE',
  path: '/cmk/v2/clusters/{id}',
  summary: 'Delete a cluster with its topics, keys and ACLs. For seven days it can be restored.',
  params,
  query: DryRunQuery.extend({ environment }),
  status: 204,
  response: null,
  dryRunResponse: DryRunReply,
});

/** Hours that a question about reached limits looks back at most; they are kept for 30 days. */
export const reachedLimitHoursMax = 720;

export const ReachedLimit = z
  .object({
    limit: z.string().meta({ example: 'ingressBytesPerSecMax' }),
    count: z.int().nonnegative().describe('How often it slowed or refused something in that time.'),
    since: Timestamp.describe('When it was met first, or again after a pause of a minute.'),
    last_reached_at: Timestamp.describe('The end of the last window of ten seconds in which it was met.'),
  })
  .meta({ id: 'ReachedLimit' });
export type ReachedLimit = z.infer<typeof ReachedLimit>;

export const listReachedLimits = defineOperation({
  ...common,
  id: 'listReachedLimits',
  method: 'GET',
  path: '/cmk/v2/clusters/{id}/reached-limits',
  summary: 'Which of its limits slowed or refused a cluster lately, the latest first.',
  params: z.object({ id: ClusterId }),
  query: z.object({
    hours: z.coerce
      .number()
      .int()
      .min(1)
      .max(reachedLimitHoursMax)
      .default(24)
      .describe('How far to look back.'),
  }),
  status: 200,
  response: z
    .object({
      api_version: z.literal('cmk/v2'),
      kind: z.literal('ReachedLimitList'),
      data: z.array(ReachedLimit),
    })
    .meta({ id: 'ReachedLimitList' }),
});
