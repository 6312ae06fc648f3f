import { z } from 'zod';
import { ListMetadata, PageQuery } from './envelope.ts';
import { defineOperation } from './operation.ts';
import { filterText } from './plain-text.ts';

/** What an organization may have, by the names of its limits. */
export const organizationLimitNames = [
  'clusters',
  'dedicated_units',
  'environments',
  'api_keys',
  'service_accounts',
  'members',
  'role_bindings',
  'role_bindings_per_principal',
] as const;
export type OrganizationLimitName = (typeof organizationLimitNames)[number];

export const QuotaScope = z.enum([
  'ORGANIZATION',
  'ENVIRONMENT',
  'KAFKA_CLUSTER',
  'SERVICE_ACCOUNT',
  'USER_ACCOUNT',
]);

export const AppliedQuota = z
  .object({
    api_version: z.literal('service-quota/v1'),
    kind: z.literal('AppliedQuota'),
    id: z.string().meta({ example: 'organization.clusters.max' }),
    scope: QuotaScope,
    display_name: z.string(),
    default_limit: z.int().nonnegative(),
    applied_limit: z.int().nonnegative().describe('What holds: the default, unless it was changed.'),
    usage: z
      .int()
      .nonnegative()
      .describe('What there is; of what is counted by the second the mean of the last minute.'),
    organization: z.object({ id: z.string() }),
    environment: z.object({ id: z.string() }).optional(),
    kafka_cluster: z.object({ id: z.string() }).optional(),
    user: z.object({ id: z.string() }).optional().describe('A person or a service account.'),
  })
  .meta({ id: 'AppliedQuota' });
export type AppliedQuota = z.infer<typeof AppliedQuota>;

export const listAppliedQuotas = defineOperation({
  tag: 'Quotas',
  access: 'cloud',
  errors: 'cloud',
  id: 'listAppliedQuotas',
  method: 'GET',
  path: '/service-quota/v1/applied-quotas',
  summary: 'What your organization, its clusters and its accounts may have, and what they have.',
  query: PageQuery.extend({
    scope: QuotaScope.describe('Whose limits are wanted. An ENVIRONMENT has none of its own.'),
    environment: filterText.optional().describe('Of KAFKA_CLUSTER: only clusters of this environment.'),
    kafka_cluster: filterText.optional().describe('Of KAFKA_CLUSTER: only this cluster.'),
  }),
  status: 200,
  response: z
    .object({
      api_version: z.literal('service-quota/v1'),
      kind: z.literal('AppliedQuotaList'),
      metadata: ListMetadata,
      data: z.array(AppliedQuota),
    })
    .meta({ id: 'AppliedQuotaList' }),
});
