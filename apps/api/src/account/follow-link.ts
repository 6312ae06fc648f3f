import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, type ControlTx, isUniqueViolation } from '@weir/db/control';
import { MailStore } from '../auth/mail.store.ts';
import { invalid } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { AccountStore } from './account.store.ts';
import { AccountEvents, type Origin } from './account-events.ts';

/**
 * Confirms an address by the link that was mailed there, for who is signed in to the account that it is for: the link
 * alone would let a stranger sign up with somebody's address and wait until she opens her mail.
 */
@Injectable()
export class FollowLink {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AccountStore) private readonly store: AccountStore,
    @Inject(AccountEvents) private readonly events: AccountEvents,
  ) {}

  async run(token: string, userId: string, origin: Origin): Promise<void> {
    try {
      await this.db.$transaction((tx) => this.#follow(tx, token, userId, origin));
    } catch (cause) {
      // Somebody has the address by now.
      if (isUniqueViolation(cause)) throw deadLink();
      throw cause;
    }
  }

  async #follow(tx: ControlTx, token: string, userId: string, origin: Origin): Promise<void> {
    const person = await this.store.lock(tx, userId);
    const mail = await this.mails.use(tx, token, 'verify-address', 'confirm-new-address');
    if (person === null || mail === null || mail.userId !== userId) throw deadLink();
    if (mail.content.kind === 'verify-address') {
      if (!(await this.store.confirmAddress(tx, userId, mail.recipient))) throw deadLink();
      await this.events.record(tx, userId, origin, { action: 'user.verify-address' });
      return;
    }
    await this.store.setAddress(tx, userId, mail.recipient);
    // Links to the old address open nothing from here on: they are for who has the address that they were mailed to.
    await this.mails.retire(tx, { userId }, 'confirm-new-address', 'verify-address');
    const content = { kind: 'address-changed', params: { newAddress: mail.recipient } } as const;
    await this.mails.ask({ recipient: person.email, userId, content }, tx);
    await this.events.record(tx, userId, origin, { action: 'user.change-address' });
  }
}

/** One answer for whatever is wrong with a link. */
export const deadLink = () =>
  invalid(
    'This link does not work: it was used, its time is over, or it is for another account than the one that is signed in. Ask for a new one.',
  );
