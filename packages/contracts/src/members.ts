import { z } from 'zod';
import { Timestamp } from './envelope.ts';
import { InvitationId, OrganizationId, UserId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { RoleName } from './roles.ts';

/** Open at a time, of one organization. */
export const invitationsMax = 50;

/** Roles that are bound on a whole organization. */
export const InvitedRole = RoleName.extract([
  'OrganizationAdmin',
  'DeveloperManage',
  'DeveloperRead',
  'DeveloperWrite',
  'MetricsViewer',
  'BillingAdmin',
]);
export type InvitedRole = z.infer<typeof InvitedRole>;

export const Invitation = z
  .object({
    api_version: z.literal('iam/v2'),
    kind: z.literal('Invitation'),
    id: z.uuid(),
    email: z.email(),
    role_name: InvitedRole.nullable().describe('Bound on the organization when it is accepted; null: none.'),
    creator: z.object({ id: UserId }),
    created_at: Timestamp,
    expires_at: Timestamp,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

export const InvitationInput = z
  .object({
    email: z.email('That is not an e-mail address.').max(254),
    role_name: InvitedRole.nullable()
      .default('OrganizationAdmin')
      .describe('Their role in the organization; null: none, to be given narrower ones later.'),
  })
  .meta({ id: 'InvitationInput' });
export type InvitationInput = z.infer<typeof InvitationInput>;

const cloud = { tag: 'Members', access: 'cloud', errors: 'cloud' } as const;

export const listInvitations = defineOperation({
  ...cloud,
  id: 'listInvitations',
  method: 'GET',
  path: '/iam/v2/invitations',
  summary: 'Invitations that are open, newest first.',
  status: 200,
  response: z
    .object({
      api_version: z.literal('iam/v2'),
      kind: z.literal('InvitationList'),
      data: z.array(Invitation).max(invitationsMax),
    })
    .meta({ id: 'InvitationList' }),
});

export const createInvitation = defineOperation({
  ...cloud,
  access: 'session',
  id: 'createInvitation',
  method: 'POST',
  path: '/iam/v2/invitations',
  summary: 'Invite somebody into your organization, by mail. It says nothing about who has an account.',
  body: InvitationInput,
  status: 201,
  response: Invitation,
});

export const deleteInvitation = defineOperation({
  ...cloud,
  id: 'deleteInvitation',
  method: 'DELETE',
  path: '/iam/v2/invitations/{id}',
  summary: 'Take an invitation back: its link opens nothing any more.',
  params: z.object({ id: InvitationId }),
  status: 204,
  response: null,
});

export const deleteUser = defineOperation({
  ...cloud,
  id: 'deleteUser',
  method: 'DELETE',
  path: '/iam/v2/users/{id}',
  summary: 'Remove a member. Sessions and keys open nothing of the organization any more.',
  params: z.object({ id: UserId }),
  status: 204,
  response: null,
});

/** An organization that a person is in. */
export const Membership = z
  .object({ organization_id: OrganizationId, display_name: z.string(), is_current: z.boolean() })
  .meta({ id: 'Membership' });
export type Membership = z.infer<typeof Membership>;

export const listMemberships = defineOperation({
  tag: 'Members',
  access: 'session',
  errors: 'cloud',
  id: 'listMemberships',
  method: 'GET',
  path: '/iam/v2/memberships',
  summary: 'The organizations that you are in, and which of them this session is about.',
  status: 200,
  response: z.object({ data: z.array(Membership) }).meta({ id: 'MembershipList' }),
});

/** POST /auth/switch-organization: what this session is about from now on. */
export const SwitchInput = z.object({ organization_id: z.uuid() }).meta({ id: 'SwitchInput' });
