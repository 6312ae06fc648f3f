import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { MailKind } from '@weir/mail/kinds';
import { type AskedMail, askForMail, listSentMails, type MailRow, useLink } from '@weir/mail/mail.store';
import type { Clock } from '@weir/runtime/clock';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';

const mailsShownMax = 50;

/** The mail that people are to get, and the links in it. The worker sends it. */
@Injectable()
export class MailStore {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** False when the address has had its share; whoever asked is not to learn of it. */
  ask(mail: AskedMail, tx?: ControlTx): Promise<boolean> {
    if (tx !== undefined) return askForMail(tx, mail, this.clock.now());
    return this.db.$transaction((own) => askForMail(own, mail, this.clock.now()));
  }

  /** Uses a link up in the transaction of what it does; null when it does nothing (any more). */
  use(tx: ControlTx, token: string, ...kinds: MailKind[]): Promise<MailRow | null> {
    return useLink(tx, { token, kinds, authSecret: this.settings.authSecret }, this.clock.now());
  }

  /** Of everybody: only for who has the key of the local outbox. */
  listAll(): Promise<readonly MailRow[]> {
    return listSentMails(this.db, mailsShownMax);
  }
}
