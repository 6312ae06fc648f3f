import { z } from 'zod';
import { OrganizationId } from './ids.ts';
import { defineOperation } from './operation.ts';

/** What becomes of one of the organizations of a person who deletes her account. */
export const AccountDeletionOutcome = z.enum(['LEFT', 'DELETED', 'IN_THE_WAY']);
export type AccountDeletionOutcome = z.infer<typeof AccountDeletionOutcome>;

export const AccountDeletion = z
  .object({
    api_version: z.literal('iam/v2'),
    kind: z.literal('AccountDeletion'),
    is_possible: z.boolean().describe('Whether nothing is in the way.'),
    needs_password: z
      .boolean()
      .describe(
        'Whether the account has a password. Without one it takes a sign-in of the last ten minutes.',
      ),
    organizations: z.array(
      z.object({
        organization_id: OrganizationId,
        display_name: z.string(),
        outcome: AccountDeletionOutcome.describe(
          'LEFT: it goes on without you. DELETED: you are its only member, and it goes with you. IN_THE_WAY: do what `detail` says first.',
        ),
        api_keys: z.int().nonnegative().describe('Keys that are revoked.'),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'AccountDeletion' });
export type AccountDeletion = z.infer<typeof AccountDeletion>;

export const getAccountDeletion = defineOperation({
  tag: 'Account',
  access: 'session',
  errors: 'cloud',
  id: 'getAccountDeletion',
  method: 'GET',
  path: '/iam/v2/account-deletion',
  summary:
    'What deleting your account would take with it, and what is in its way. POST /auth/delete-account does it.',
  status: 200,
  response: AccountDeletion,
});
