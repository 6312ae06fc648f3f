import { z } from 'zod';
import { DryRunQuery, displayName, head, list, PageQuery, Timestamp } from './envelope.ts';
import { GroupMappingId, SsoDomainId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { plainLine, plainLines } from './plain-text.ts';

/** Of one organization. */
export const ssoDomainsMax = 20;
export const groupMappingsMax = 200;
/** Groups that one mapping names, and groups of one person that are looked at. */
export const groupsPerMappingMax = 20;
export const groupsPerPersonMax = 500;
export const groupNameLengthMax = 255;

/** How long a session of single sign-on lasts, and a person's keys without one where it is enforced. */
export const ssoSessionHours = 12;
export const keysLapseAfterDays = 30;

const issuer = plainLine(z.url('An issuer is a URL, such as https://login.example.com.').max(500)).meta({
  description: 'As it stands in the provider’s discovery document, to the letter.',
  example: 'https://login.example.com',
});

export const SsoConnection = z
  .object({
    issuer: z.string(),
    client_id: z.string(),
    groups_claim: z.string(),
    is_enforced: z
      .boolean()
      .describe('Members with an address of a proved domain come in by single sign-on only.'),
    enforced_at: Timestamp.nullable(),
    proven_at: Timestamp.nullable().describe('When somebody last signed in with these very settings.'),
  })
  .meta({ id: 'SsoConnection' });
export type SsoConnection = z.infer<typeof SsoConnection>;

export const SsoSettings = z
  .object({
    api_version: z.literal('iam/v2'),
    kind: z.literal('SsoSettings'),
    redirect_uri: z.url().describe('To be registered at the provider.'),
    connection: SsoConnection.nullable(),
  })
  .meta({ id: 'SsoSettings' });
export type SsoSettings = z.infer<typeof SsoSettings>;

const secretText = z.string().min(1, 'Give the client secret.').max(500);

export const SsoConnectionInput = z
  .object({
    issuer,
    client_id: plainLine(z.string().trim().min(1, 'Give the client id.').max(255)),
    client_secret: secretText
      .optional()
      .describe(
        'Kept sealed and never shown. Left out: the one that is there, for the same issuer and client.',
      ),
    groups_claim: plainLine(z.string().trim().min(1).max(100))
      .default('groups')
      .describe('The claim that has a person’s groups.'),
  })
  .meta({ id: 'SsoConnectionInput' });
export type SsoConnectionInput = z.output<typeof SsoConnectionInput>;

export const SsoDomain = z
  .object({
    id: SsoDomainId,
    domain: z.string(),
    is_verified: z.boolean(),
    record_name: z.string().describe('The name of the TXT record that proves it.'),
    record_value: z.string(),
    verified_at: Timestamp.nullable(),
    missing_since: Timestamp.nullable().describe('DNS has it no more; after a week it counts for nothing.'),
  })
  .meta({ id: 'SsoDomain' });
export type SsoDomain = z.infer<typeof SsoDomain>;

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const domainForm = new RegExp(`^(?:${label}\\.)+${label}$`);

export const SsoDomainInput = z
  .object({
    domain: z
      .string()
      .trim()
      .toLowerCase()
      .max(253)
      .regex(domainForm, 'A domain is what stands behind the @, such as example.com.')
      .meta({ example: 'example.com' }),
  })
  .meta({ id: 'SsoDomainInput' });

const common = { tag: 'Single sign-on', access: 'cloud', errors: 'cloud' } as const;
const path = '/iam/v2/sso';

export const getSsoSettings = defineOperation({
  ...common,
  id: 'getSsoSettings',
  method: 'GET',
  path,
  summary: 'Your organization’s identity provider, without its secret.',
  status: 200,
  response: SsoSettings,
});

export const setSsoConnection = defineOperation({
  ...common,
  id: 'setSsoConnection',
  method: 'PUT',
  path: `${path}/connection`,
  summary:
    'Set the identity provider (OpenID Connect). Its discovery document is read before anything changes.',
  query: DryRunQuery,
  body: SsoConnectionInput,
  status: 200,
  response: SsoSettings,
});

export const deleteSsoConnection = defineOperation({
  ...common,
  id: 'deleteSsoConnection',
  method: 'DELETE',
  path: `${path}/connection`,
  summary: 'Remove the identity provider. Sessions that came by it end.',
  query: DryRunQuery,
  status: 204,
  response: null,
});

export const setSsoEnforcement = defineOperation({
  ...common,
  access: 'session',
  id: 'setSsoEnforcement',
  method: 'PUT',
  path: `${path}/enforcement`,
  summary: 'Let members with an address of a proved domain in by single sign-on only, or not.',
  body: z.object({ is_enforced: z.boolean() }).meta({ id: 'SsoEnforcementInput' }),
  status: 200,
  response: SsoSettings,
});

export const listSsoDomains = defineOperation({
  ...common,
  id: 'listSsoDomains',
  method: 'GET',
  path: `${path}/domains`,
  summary: 'The mail domains that your organization says are its own.',
  status: 200,
  response: z
    .object({
      api_version: z.literal('iam/v2'),
      kind: z.literal('SsoDomainList'),
      data: z.array(SsoDomain).max(ssoDomainsMax),
    })
    .meta({ id: 'SsoDomainList' }),
});

export const createSsoDomain = defineOperation({
  ...common,
  id: 'createSsoDomain',
  method: 'POST',
  path: `${path}/domains`,
  summary: 'Name a domain. It counts once its TXT record is found.',
  query: DryRunQuery,
  body: SsoDomainInput,
  status: 201,
  response: SsoDomain,
});

export const verifySsoDomain = defineOperation({
  ...common,
  id: 'verifySsoDomain',
  method: 'POST',
  path: `${path}/domains/{id}/verify`,
  summary: 'Look for the TXT record of a domain now.',
  params: z.object({ id: SsoDomainId }),
  query: DryRunQuery,
  status: 200,
  response: SsoDomain,
});

export const deleteSsoDomain = defineOperation({
  ...common,
  id: 'deleteSsoDomain',
  method: 'DELETE',
  path: `${path}/domains/{id}`,
  summary: 'Give a domain up: nobody signs in by it any more.',
  params: z.object({ id: SsoDomainId }),
  query: DryRunQuery,
  status: 204,
  response: null,
});

const filter = plainLine(z.string().trim().min(1).max(4_000)).meta({
  description: 'Who is meant: `"NAME" in groups`, several of them with `||` between.',
  example: '"platform-engineers" in groups',
});

export const GroupMapping = z
  .object({
    ...head('iam/v2', 'GroupMapping'),
    id: GroupMappingId,
    display_name: z.string(),
    description: z.string(),
    filter: z.string(),
    principal: z.string().describe('By which roles are bound on it.'),
    members: z.int().nonnegative().describe('People whom it meant at their last sign-in.'),
  })
  .meta({ id: 'GroupMapping' });
export type GroupMapping = z.infer<typeof GroupMapping>;

export const GroupMappingInput = z
  .object({
    display_name: displayName,
    description: plainLines(z.string().max(1_000)).default(''),
    filter,
  })
  .meta({ id: 'GroupMappingInput' });
export type GroupMappingInput = z.output<typeof GroupMappingInput>;

const mappings = `${path}/group-mappings`;

export const listGroupMappings = defineOperation({
  ...common,
  id: 'listGroupMappings',
  method: 'GET',
  path: mappings,
  summary: 'Groups of the identity provider that can have roles, newest first.',
  query: PageQuery,
  status: 200,
  response: list('iam/v2', 'GroupMappingList', GroupMapping),
});

export const createGroupMapping = defineOperation({
  ...common,
  id: 'createGroupMapping',
  method: 'POST',
  path: mappings,
  summary: 'Make a principal of groups, on which roles are bound as on a person.',
  body: GroupMappingInput,
  status: 201,
  response: GroupMapping,
});

export const getGroupMapping = defineOperation({
  ...common,
  id: 'getGroupMapping',
  method: 'GET',
  path: `${mappings}/{id}`,
  summary: 'One group mapping.',
  params: z.object({ id: GroupMappingId }),
  status: 200,
  response: GroupMapping,
});

export const updateGroupMapping = defineOperation({
  ...common,
  id: 'updateGroupMapping',
  method: 'PATCH',
  path: `${mappings}/{id}`,
  summary: 'Change whom it means. Nobody gives more by it than he has himself.',
  params: z.object({ id: GroupMappingId }),
  body: z
    .object({
      display_name: displayName.optional(),
      description: plainLines(z.string().max(1_000)).optional(),
      filter: filter.optional(),
    })
    .meta({ id: 'GroupMappingChange' }),
  status: 200,
  response: GroupMapping,
});

export const deleteGroupMapping = defineOperation({
  ...common,
  id: 'deleteGroupMapping',
  method: 'DELETE',
  path: `${mappings}/{id}`,
  summary: 'Remove it, with the roles that were bound on it.',
  params: z.object({ id: GroupMappingId }),
  status: 204,
  response: null,
});
