import { z } from 'zod';
import { DryRunQuery, displayName, head, list, PageQuery } from './envelope.ts';
import { EnvironmentId, OrganizationId } from './ids.ts';
import { defineOperation } from './operation.ts';

export const Organization = z
  .object({ ...head('org/v2', 'Organization'), id: OrganizationId, display_name: z.string() })
  .meta({ id: 'Organization' });
export type Organization = z.infer<typeof Organization>;

export const Environment = z
  .object({ ...head('org/v2', 'Environment'), id: EnvironmentId, display_name: z.string() })
  .meta({ id: 'Environment' });
export type Environment = z.infer<typeof Environment>;

export const EnvironmentInput = z.object({ display_name: displayName }).meta({ id: 'EnvironmentInput' });

const common = { tag: 'Organization', access: 'cloud', errors: 'cloud' } as const;
const organization = z.object({ id: OrganizationId });
const environment = z.object({ id: EnvironmentId });

export const listOrganizations = defineOperation({
  ...common,
  id: 'listOrganizations',
  method: 'GET',
  path: '/org/v2/organizations',
  summary: 'The organizations you belong to.',
  query: PageQuery,
  status: 200,
  response: list('org/v2', 'OrganizationList', Organization),
});

export const getOrganization = defineOperation({
  ...common,
  id: 'getOrganization',
  method: 'GET',
  path: '/org/v2/organizations/{id}',
  summary: 'One organization.',
  params: organization,
  status: 200,
  response: Organization,
});

export const updateOrganization = defineOperation({
  ...common,
  id: 'updateOrganization',
  method: 'PATCH',
  path: '/org/v2/organizations/{id}',
  summary: 'Rename an organization.',
  params: organization,
  query: DryRunQuery,
  body: z.object({ display_name: displayName }),
  status: 200,
  response: Organization,
});

export const listEnvironments = defineOperation({
  ...common,
  id: 'listEnvironments',
  method: 'GET',
  path: '/org/v2/environments',
  summary: 'The environments of your organization.',
  query: PageQuery,
  status: 200,
  response: list('org/v2', 'EnvironmentList', Environment),
});

export const createEnvironment = defineOperation({
  ...common,
  id: 'createEnvironment',
  method: 'POST',
  path: '/org/v2/environments',
  summary: 'Create an environment.',
  query: DryRunQuery,
  body: EnvironmentInput,
  status: 201,
  response: Environment,
});

export const getEnvironment = defineOperation({
  ...common,
  id: 'getEnvironment',
  method: 'GET',
  path: '/org/v2/environments/{id}',
  summary: 'One environment.',
  params: environment,
  status: 200,
  response: Environment,
});

export const updateEnvironment = defineOperation({
  ...common,
  id: 'updateEnvironment',
  method: 'PATCH',
  path: '/org/v2/environments/{id}',
  summary: 'Rename an environment.',
  params: environment,
  query: DryRunQuery,
  body: EnvironmentInput,
  status: 200,
  response: Environment,
});

export const deleteEnvironment = defineOperation({
  ...common,
  id: 'deleteEnvironment',
  method: 'DELETE',
  path: '/org/v2/environments/{id}',
  summary: 'Delete an environment that holds no cluster.',
  params: environment,
  query: DryRunQuery,
  status: 204,
  response: null,
});
