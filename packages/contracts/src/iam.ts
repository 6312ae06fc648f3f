import { z } from 'zod';
import { KeyUse, secretsPerKeyMax } from './api-key-secrets.ts';
import {
  DryRunQuery,
  displayName,
  head,
  list,
  Moment,
  PageQuery,
  Reference,
  ReferenceInput,
  Timestamp,
} from './envelope.ts';
import { ApiKeyId, ServiceAccountId, UserId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { filterText, plainLines } from './plain-text.ts';

export const User = z
  .object({
    ...head('iam/v2', 'User'),
    id: UserId,
    full_name: z.string(),
    email: z.email(),
    auth_type: z.literal('AUTH_TYPE_LOCAL'),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

const description = plainLines(z.string().trim().max(1024));

export const ServiceAccount = z
  .object({
    ...head('iam/v2', 'ServiceAccount'),
    id: ServiceAccountId,
    display_name: z.string(),
    description: z.string(),
  })
  .meta({ id: 'ServiceAccount' });
export type ServiceAccount = z.infer<typeof ServiceAccount>;

export const CreateServiceAccountInput = z
  .object({ display_name: displayName, description: description.default('') })
  .meta({ id: 'CreateServiceAccountInput' });

export const UpdateServiceAccountInput = z
  .object({ display_name: displayName.optional(), description: description.optional() })
  .meta({ id: 'UpdateServiceAccountInput' });

const TypedReference = Reference.extend({ api_version: z.string(), kind: z.string() });

export const ApiKey = z
  .object({
    ...head('iam/v2', 'ApiKey'),
    id: ApiKeyId,
    spec: z.object({
      display_name: z.string(),
      description: z.string(),
      secret: z.string().optional().describe('Only in the reply that created the key; it is kept nowhere.'),
      owner: TypedReference.describe('Whom the key acts for: a person or a service account.'),
      resource: TypedReference.describe('What it opens: a cluster, or the control plane (kind Cloud).'),
      expires_at: Timestamp.optional().describe('From then on it is refused. Absent: never.'),
    }),
    status: z
      .object({
        live_secrets: z.int().min(1).max(secretsPerKeyMax).describe('2 while it is rotated.'),
        last_use: KeyUse.optional().describe('Of whichever of its secrets was used last. Absent: none was.'),
      })
      .describe('Of Weir alone, beside what other APIs of this family have.'),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const CreateApiKeyInput = z
  .object({
    spec: z.object({
      // Programs of this family send an empty one for none.
      display_name: z.union([z.literal(''), displayName]).optional(),
      description: description.default(''),
      owner: ReferenceInput.optional().describe('A service account, or yourself (the default).'),
      resource: ReferenceInput.optional().describe('A cluster; without it the key opens the control plane.'),
      expires_at: Moment.optional().describe(
        'From then on it is refused, and its connections are closed. Its owner is told some days before.',
      ),
    }),
  })
  .meta({ id: 'CreateApiKeyInput' });

export const UpdateApiKeyInput = z
  .object({ spec: z.object({ display_name: displayName.optional(), description: description.optional() }) })
  .meta({ id: 'UpdateApiKeyInput' });

const common = { tag: 'Access', access: 'cloud', errors: 'cloud' } as const;

export const listUsers = defineOperation({
  ...common,
  id: 'listUsers',
  method: 'GET',
  path: '/iam/v2/users',
  summary: 'The people of your organization.',
  query: PageQuery,
  status: 200,
  response: list('iam/v2', 'UserList', User),
});

export const getUser = defineOperation({
  ...common,
  id: 'getUser',
  method: 'GET',
  path: '/iam/v2/users/{id}',
  summary: 'One person of your organization.',
  params: z.object({ id: UserId }),
  status: 200,
  response: User,
});

const serviceAccount = z.object({ id: ServiceAccountId });

/** Names that one list asks for. */
const namesAskedMax = 20;

export const listServiceAccounts = defineOperation({
  ...common,
  id: 'listServiceAccounts',
  method: 'GET',
  path: '/iam/v2/service-accounts',
  summary: 'The service accounts of your organization.',
  query: PageQuery.extend({
    display_name: z
      .union([filterText, z.array(filterText).max(namesAskedMax)])
      .transform((given) => [given].flat())
      .optional()
      .describe(`Only those that are called so; repeat it, up to ${namesAskedMax} times.`),
  }),
  status: 200,
  response: list('iam/v2', 'ServiceAccountList', ServiceAccount),
});

export const createServiceAccount = defineOperation({
  ...common,
  id: 'createServiceAccount',
  method: 'POST',
  path: '/iam/v2/service-accounts',
  summary: 'Create an identity for a program.',
  query: DryRunQuery,
  body: CreateServiceAccountInput,
  status: 201,
  response: ServiceAccount,
});

export const getServiceAccount = defineOperation({
  ...common,
  id: 'getServiceAccount',
  method: 'GET',
  path: '/iam/v2/service-accounts/{id}',
  summary: 'One service account.',
  params: serviceAccount,
  status: 200,
  response: ServiceAccount,
});

export const updateServiceAccount = defineOperation({
  ...common,
  id: 'updateServiceAccount',
  method: 'PATCH',
  path: '/iam/v2/service-accounts/{id}',
  summary: 'Rename or describe a service account.',
  params: serviceAccount,
  query: DryRunQuery,
  body: UpdateServiceAccountInput,
  status: 200,
  response: ServiceAccount,
});

export const deleteServiceAccount = defineOperation({
  ...common,
  id: 'deleteServiceAccount',
  method: 'DELETE',
  path: '/iam/v2/service-accounts/{id}',
  summary: 'Delete a service account and revoke its keys.',
  params: serviceAccount,
  query: DryRunQuery,
  status: 204,
  response: null,
});

const apiKey = z.object({ id: ApiKeyId });

export const listApiKeys = defineOperation({
  ...common,
  id: 'listApiKeys',
  method: 'GET',
  path: '/iam/v2/api-keys',
  summary: 'The API keys of your organization, newest first.',
  query: PageQuery.extend({
    'spec.owner': filterText.optional().describe('Only keys of this owner.'),
    'spec.resource': filterText.optional().describe('Only keys of this cluster, or `cloud`.'),
    expires_before: Moment.optional().describe('Only keys that expire before that time, or have expired.'),
    unused_since: Moment.optional().describe('Only keys that were not used since then.'),
  }),
  status: 200,
  response: list('iam/v2', 'ApiKeyList', ApiKey),
});

export const createApiKey = defineOperation({
  ...common,
  id: 'createApiKey',
  method: 'POST',
  path: '/iam/v2/api-keys',
  summary: 'Create an API key. It works from the moment of the reply, the only one that shows its secret.',
  query: DryRunQuery,
  body: CreateApiKeyInput,
  status: 202,
  response: ApiKey,
});

export const getApiKey = defineOperation({
  ...common,
  id: 'getApiKey',
  method: 'GET',
  path: '/iam/v2/api-keys/{id}',
  summary: 'One API key, without its secret.',
  params: apiKey,
  status: 200,
  response: ApiKey,
});

export const updateApiKey = defineOperation({
  ...common,
  id: 'updateApiKey',
  method: 'PATCH',
  path: '/iam/v2/api-keys/{id}',
  summary: 'Rename or describe an API key.',
  params: apiKey,
  query: DryRunQuery,
  body: UpdateApiKeyInput,
  status: 200,
  response: ApiKey,
});

export const deleteApiKey = defineOperation({
  ...common,
  id: 'deleteApiKey',
  method: 'DELETE',
  path: '/iam/v2/api-keys/{id}',
  summary: 'Revoke an API key.',
  params: apiKey,
  query: DryRunQuery,
  status: 204,
  response: null,
});
