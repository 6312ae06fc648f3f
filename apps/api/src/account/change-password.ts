import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { MailStore } from '../auth/mail.store.ts';
import { hashPassword } from '../auth/password.ts';
import { conflict } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { AccountStore } from './account.store.ts';
import { AccountEvents, type Origin } from './account-events.ts';
import { CheckPassword } from './check-password.ts';
import type { SignedIn } from './signed-in.ts';

/** Ends every session but the one that asks. */
@Injectable()
export class ChangePassword {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CheckPassword) private readonly checkPassword: CheckPassword,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AccountStore) private readonly store: AccountStore,
    @Inject(AccountEvents) private readonly events: AccountEvents,
  ) {}

  async run(
    { sessionId, userId }: SignedIn,
    passwords: { readonly currentPassword: string; readonly newPassword: string },
    origin: Origin,
  ): Promise<void> {
    const before = await this.checkPassword.run(userId, passwords.currentPassword, '/currentPassword');
    const password = await hashPassword(passwords.newPassword);
    await this.db.$transaction(async (tx) => {
      const person = await this.store.lock(tx, userId);
      if (person === null || !(await this.store.replacePassword(tx, userId, before, password))) {
        throw conflict('changed', 'The password was changed by somebody else just now. Sign in again.');
      }
      const ended = await this.store.endSessions(tx, userId, sessionId);
      await this.mails.retire(tx, { userId }, 'confirm-new-address');
      await this.mails.retire(tx, { recipient: person.email }, 'reset-password');
      await this.mails.tell(tx, person, 'password-changed', origin.sourceIp);
      await this.events.record(tx, userId, origin, {
        action: 'user.change-password',
        after: { sessions_ended: ended },
      });
    });
  }
}
