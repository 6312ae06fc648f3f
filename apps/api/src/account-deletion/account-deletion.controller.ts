import { Controller, Inject } from '@nestjs/common';
import { AccountDeletion, getAccountDeletion } from '@weir/contracts/account-deletion';
import type { ControlDb } from '@weir/db/control';
import { AccountStore } from '../account/account.store.ts';
import type { Call } from '../http/call.ts';
import { Handles, TheCall } from '../http/operations.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { SessionStore } from '../sessions/session.store.ts';
import { outcomeOf, sentenceOf } from './account-deletion.policy.ts';
import { AccountDeletionStore } from './account-deletion.store.ts';
import { boundSession } from './delete-account.ts';

/** What deleting an account would mean. It is done by a form of /auth (auth/own-forms.ts). */
@Controller()
export class AccountDeletionController {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(AccountDeletionStore) private readonly store: AccountDeletionStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(SessionStore) private readonly sessions: SessionStore,
  ) {}

  @Handles(getAccountDeletion)
  async get(@TheCall(getAccountDeletion) { caller }: Call): Promise<AccountDeletion> {
    const hasPassword = (await this.accounts.findPassword(this.db, caller.id)) !== null;
    const boundTo = caller.sessionId && (await this.sessions.boundTo(caller.sessionId));
    if (hasPassword && boundTo !== null) throw boundSession();
    const standings = await this.store.standings(this.db, caller.id);
    const organizations = standings.map((standing) => ({
      organization_id: standing.organizationId,
      display_name: standing.displayName,
      outcome: outcomeOf(standing),
      api_keys: standing.apiKeys,
      detail: sentenceOf(standing),
    }));
    return AccountDeletion.parse({
      api_version: 'iam/v2',
      kind: 'AccountDeletion',
      is_possible: organizations.every(({ outcome }) => outcome !== 'IN_THE_WAY'),
      needs_password: hasPassword,
      organizations,
    });
  }
}
