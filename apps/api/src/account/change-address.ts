import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { MailStore } from '../auth/mail.store.ts';
import { tooMany } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { AccountStore } from './account.store.ts';
import { CheckPassword } from './check-password.ts';
import type { SignedIn } from './signed-in.ts';

/** Mail by which an address is confirmed: the one of an account, or the one that it is to have. */
@Injectable()
export class ChangeAddress {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CheckPassword) private readonly checkPassword: CheckPassword,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AccountStore) private readonly store: AccountStore,
  ) {}

  /** Nothing changes before the link is followed. An address that is taken is answered as any other, and told so. */
  async ask({ userId }: SignedIn, newEmail: string, password: string): Promise<void> {
    await this.checkPassword.run(userId, password, '/password');
    const recipient = newEmail.toLowerCase();
    await this.db.$transaction(async (tx) => {
      const isTaken = (await this.store.findByAddress(tx, recipient)) !== null;
      const kind = isTaken ? 'account-exists' : 'confirm-new-address';
      await this.mails.ask({ recipient, userId: isTaken ? null : userId, content: { kind, params: {} } }, tx);
    });
  }

  /** Once more to the address that the account has. Its owner may know that it was enough. */
  async askAgain({ email, isVerified, userId }: SignedIn): Promise<void> {
    if (isVerified) return;
    const content = { kind: 'verify-address', params: {} } as const;
    if (await this.mails.ask({ recipient: email, userId, content })) return;
    throw tooMany(
      'That was mailed to you several times within the hour. Look into the folder for unwanted mail.',
      3600,
    );
  }
}
