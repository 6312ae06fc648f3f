import { z } from 'zod';
import { ListMetadata } from './envelope.ts';
import { defineOperation } from './operation.ts';

/** What an organization may have, by the names of its limits. */
export const organizationLimitNames = [
  'clusters',
  'environments',
  'api_keys',
  'service_accounts',
  'members',
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
    applied_limit: z.int().nonnegative().describe('What holds: the default, unless an operator changed it.'),
    usage: z.int().nonnegative(),
    organization: z.object({ id: z.string() }),
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
  summary: 'What your organization may have, and what it has.',
  query: z.object({
    scope: QuotaScope.describe('Limits of the organization are in ORGANIZATION; the others have none yet.'),
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
