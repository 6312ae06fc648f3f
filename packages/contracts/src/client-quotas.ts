import { z } from 'zod';
import { DryRunQuery, displayName, head, list, PageQuery, Reference, ReferenceInput } from './envelope.ts';
import { ClientQuotaId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { filterText, plainLines } from './plain-text.ts';

/** In place of a client: every principal that has no quota of its own in the cluster. */
export const defaultPrincipal = '<default>';
/** Of one quota. */
export const quotaPrincipalsMax = 100;
/** Of one cluster. */
export const clientQuotasMax = 100;
export const clientQuotaPrincipalsMax = 500;

const rateMax = Number.MAX_SAFE_INTEGER;

/** Bytes a second, as that family of APIs writes them. */
const ByteRate = z
  .string()
  .regex(/^[1-9][0-9]{0,15}$/, 'A rate is a whole number of bytes a second, from "1", as text.')
  .refine((text) => Number(text) <= rateMax, `A rate is at most ${rateMax} bytes a second.`)
  .meta({ example: '1048576' });

const Throughput = z
  .object({ ingress_byte_rate: ByteRate, egress_byte_rate: ByteRate })
  .describe('What each of the principals may write and read, over all brokers, in bytes a second.');

const Principal = z.object({ id: z.string().min(1).max(255) });
const principals = z
  .array(Principal)
  .min(1)
  .max(quotaPrincipalsMax)
  .refine((given) => new Set(given.map(({ id }) => id)).size === given.length, 'Name each principal once.')
  .describe(
    'Each has the quota for itself: a service account (`sa-…`), a person (`u-…`), an API key by its id, beside what its owner may, or `<default>`: every principal that has none of its own.',
  );

const description = plainLines(z.string().trim().max(1024));

export const ClientQuota = z
  .object({
    ...head('kafka-quotas/v1', 'ClientQuota'),
    id: ClientQuotaId,
    spec: z.object({
      display_name: z.string(),
      description: z.string(),
      throughput: z.object({ ingress_byte_rate: z.string(), egress_byte_rate: z.string() }),
      cluster: Reference,
      environment: Reference,
      principals: z.array(Reference),
    }),
  })
  .meta({ id: 'ClientQuota' });
export type ClientQuota = z.infer<typeof ClientQuota>;

export const CreateClientQuotaInput = z
  .object({
    spec: z.object({
      display_name: displayName,
      description: description.default(''),
      throughput: Throughput,
      cluster: ReferenceInput,
      environment: ReferenceInput,
      principals,
    }),
  })
  .meta({ id: 'CreateClientQuotaInput' });

export const UpdateClientQuotaInput = z
  .object({
    spec: z.object({
      display_name: displayName.optional(),
      description: description.optional(),
      throughput: Throughput.optional(),
      principals: principals.optional(),
    }),
  })
  .meta({ id: 'UpdateClientQuotaInput' });

const common = { tag: 'Quotas', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: ClientQuotaId });

export const listClientQuotas = defineOperation({
  ...common,
  id: 'listClientQuotas',
  method: 'GET',
  path: '/kafka-quotas/v1/client-quotas',
  summary: 'The client quotas of one cluster, newest first.',
  query: PageQuery.extend({
    'spec.cluster': filterText.min(1).describe('The cluster whose quotas are wanted.'),
    environment: filterText.min(1).describe('The environment of that cluster.'),
  }),
  status: 200,
  response: list('kafka-quotas/v1', 'ClientQuotaList', ClientQuota),
});

export const createClientQuota = defineOperation({
  ...common,
  id: 'createClientQuota',
  method: 'POST',
  path: '/kafka-quotas/v1/client-quotas',
  summary: 'Limit what clients of a cluster may write and read. Brokers enforce it within 5 seconds.',
  query: DryRunQuery,
  body: CreateClientQuotaInput,
  status: 202,
  response: ClientQuota,
});

export const getClientQuota = defineOperation({
  ...common,
  id: 'getClientQuota',
  method: 'GET',
  path: '/kafka-quotas/v1/client-quotas/{id}',
  summary: 'One client quota.',
  params,
  status: 200,
  response: ClientQuota,
});

export const updateClientQuota = defineOperation({
  ...common,
  id: 'updateClientQuota',
  method: 'PATCH',
  path: '/kafka-quotas/v1/client-quotas/{id}',
  summary: 'Change the rates of a client quota, its principals, or its name.',
  params,
  query: DryRunQuery,
  body: UpdateClientQuotaInput,
  status: 200,
  response: ClientQuota,
});

export const deleteClientQuota = defineOperation({
  ...common,
  id: 'deleteClientQuota',
  method: 'DELETE',
  path: '/kafka-quotas/v1/client-quotas/{id}',
  summary: 'Delete a client quota. Its clients have what the default one gives, or what the cluster has.',
  params,
  query: DryRunQuery,
  status: 204,
  response: null,
});
