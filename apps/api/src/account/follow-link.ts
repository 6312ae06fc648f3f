import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { MailStore } from '../auth/mail.store.ts';
import { invalid } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { AccountStore } from './account.store.ts';
import { AccountEvents, type Origin } from './account-events.ts';

/** Confirms an address by the link that was mailed there. Nobody has to be signed in: the link is the proof. */
@Injectable()
export class FollowLink {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AccountStore) private readonly store: AccountStore,
    @Inject(AccountEvents) private readonly events: AccountEvents,
  ) {}

  async run(token: string, origin: Origin): Promise<void> {
    await this.db.$transaction(async (tx) => {
      const mail = await this.mails.use(tx, token, 'verify-address');
      if (mail?.userId === null || mail === null) throw deadLink();
      if (!(await this.store.confirmAddress(tx, mail.userId, mail.recipient))) throw deadLink();
      await this.events.record(tx, mail.userId, origin, { action: 'user.verify-address' });
    });
  }
}

/** One answer for whatever is wrong with a link. */
export const deadLink = () =>
  invalid('This link does not work any more: it was used, or its time is over. Ask for a new one.');
