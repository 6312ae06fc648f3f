import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { MailStore } from '../auth/mail.store.ts';
import { hashPassword } from '../auth/password.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { AccountStore } from './account.store.ts';
import { AccountEvents, type Origin } from './account-events.ts';
import { deadLink } from './follow-link.ts';

/** A password that was forgotten: a link by mail, and by it a new one. */
@Injectable()
export class ResetPassword {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AccountStore) private readonly store: AccountStore,
    @Inject(AccountEvents) private readonly events: AccountEvents,
  ) {}

  /**
   * Does the same whoever has the address, and whether or not anybody has: only the worker looks, before it sends. So
   * neither the answer nor the time until it comes tells anything.
   */
  async ask(email: string): Promise<void> {
    const content = { kind: 'reset-password', params: {} } as const;
    await this.mails.ask({ recipient: email, userId: null, content });
  }

  /** Ends every session, and every other link that could undo it. Who follows it reads the mail of the address. */
  async run(token: string, newPassword: string, origin: Origin): Promise<void> {
    if (!this.mails.isOurs(token, 'reset-password')) throw deadLink();
    const password = await hashPassword(newPassword);
    await this.db.$transaction(async (tx) => {
      const mail = await this.mails.use(tx, token, 'reset-password');
      const found = mail === null ? null : await this.store.findByAddress(tx, mail.recipient);
      const person = found === null ? null : await this.store.lock(tx, found.id);
      // Between the two she may have got another address.
      if (mail === null || person === null || person.email !== mail.recipient) throw deadLink();
      await this.store.setPassword(tx, person.id, password);
      await this.store.confirmAddress(tx, person.id, person.email);
      await this.store.endSessions(tx, person.id, null);
      await this.mails.retire(tx, { recipient: person.email }, 'reset-password');
      await this.mails.retire(tx, { userId: person.id }, 'confirm-new-address');
      await this.mails.tell(tx, person, 'password-reset', origin.sourceIp);
      await this.events.record(tx, person.id, origin, { action: 'user.reset-password' });
    });
  }
}
