import { z } from 'zod';
import { DryRunQuery, head, ListMetadata, Timestamp } from './envelope.ts';
import { ApiKeyId, ApiKeySecretId } from './ids.ts';
import { defineOperation } from './operation.ts';

/** Live secrets of one key: two, while it is rotated. */
export const secretsPerKeyMax = 2;

/** How a secret of ours looks, for programs that search texts for them. */
export const secretPattern = 'weir_[0-9A-Za-z]{39}';

export const KeyUse = z
  .object({
    at: Timestamp.describe('To within a minute.'),
    source_ip: z.string().nullable(),
    client_id: z.string().nullable().describe('The `client.id` of a Kafka client.'),
    client_software: z
      .string()
      .nullable()
      .describe('What the program calls itself: by ApiVersions, or its User-Agent.'),
    client_version: z.string().nullable(),
  })
  .meta({ id: 'KeyUse' });
export type KeyUse = z.infer<typeof KeyUse>;

export const ApiKeySecret = z
  .object({
    ...head('iam/v2', 'ApiKeySecret'),
    id: ApiKeySecretId,
    secret: z.string().optional().describe('Only in the reply that created it; it is kept nowhere.'),
    last_use: KeyUse.optional().describe('Absent: it was never used.'),
  })
  .meta({ id: 'ApiKeySecret' });
export type ApiKeySecret = z.infer<typeof ApiKeySecret>;

const common = { tag: 'Access', errors: 'cloud' } as const;
const ours =
  'Of Weir alone: other APIs of this family have no secrets below a key, and clients that know nothing of them see the key as ever.';

export const listApiKeySecrets = defineOperation({
  ...common,
  access: 'cloud',
  id: 'listApiKeySecrets',
  method: 'GET',
  path: '/iam/v2/api-keys/{id}/secrets',
  summary: `The live secrets of an API key, oldest first, with who used each last. ${ours}`,
  params: z.object({ id: ApiKeyId }),
  status: 200,
  response: z
    .object({
      api_version: z.literal('iam/v2'),
      kind: z.literal('ApiKeySecretList'),
      metadata: ListMetadata,
      data: z.array(ApiKeySecret).max(secretsPerKeyMax),
    })
    .meta({ id: 'ApiKeySecretList' }),
});

export const createApiKeySecret = defineOperation({
  ...common,
  access: 'cloud',
  id: 'createApiKeySecret',
  method: 'POST',
  path: '/iam/v2/api-keys/{id}/secrets',
  summary: `Begin to rotate an API key: a second secret, which works beside the first from the moment of this reply, the only one that shows it. ${ours}`,
  params: z.object({ id: ApiKeyId }),
  query: DryRunQuery,
  status: 201,
  response: ApiKeySecret,
});

export const deleteApiKeySecret = defineOperation({
  ...common,
  access: 'cloud',
  id: 'deleteApiKeySecret',
  method: 'DELETE',
  path: '/iam/v2/api-keys/{id}/secrets/{secret_id}',
  summary: `Retire one of two secrets: it is refused, and its open connections are closed, within 5 seconds. ${ours}`,
  params: z.object({ id: ApiKeyId, secret_id: ApiKeySecretId }),
  query: DryRunQuery,
  status: 204,
  response: null,
});

/** Of one request. */
export const reportedSecretsMax = 100;

export const ReportSecretsInput = z
  .object({
    secrets: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(reportedSecretsMax)
      .describe('As they were found, each on its own.'),
    url: z.url().max(1024).optional().describe('Where they were found.'),
  })
  .meta({ id: 'ReportSecretsInput' });

export const ReportedSecrets = z
  .object({
    api_version: z.literal('iam/v2'),
    kind: z.literal('ReportedSecrets'),
    data: z.array(
      z.object({
        outcome: z
          .enum(['RETIRED', 'NOT_LIVE', 'NOT_A_SECRET'])
          .describe(
            'In the order of the request. RETIRED: it opened something, and does not any more. NOT_LIVE: it has the form of a secret and opens nothing. NOT_A_SECRET: its checksum is wrong.',
          ),
      }),
    ),
  })
  .meta({ id: 'ReportedSecrets' });
export type ReportedSecrets = z.infer<typeof ReportedSecrets>;

export const reportSecrets = defineOperation({
  ...common,
  access: 'none',
  id: 'reportSecrets',
  method: 'POST',
  path: '/iam/v2/leaked-secrets',
  summary: `Tell of secrets that were found where they should not be, without signing in: who has one has shown that others may. Each is retired at once, and its key revoked if it has no other; its owner is told. A secret matches \`${secretPattern}\`; its last six characters are a checksum (see /docs/secrets).`,
  body: ReportSecretsInput,
  status: 200,
  response: ReportedSecrets,
});
