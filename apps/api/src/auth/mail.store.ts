import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { MailKind, SecurityEvent } from '@weir/mail/kinds';
import { isLinkToken } from '@weir/mail/link-token';
import {
  type AskedMail,
  askForMail,
  listSentMails,
  type MailRow,
  retireLinks,
  useLink,
} from '@weir/mail/mail.store';
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

  /** Whether a token was ever made by us, which costs less than what follows. */
  isOurs(token: string, kind: MailKind): boolean {
    return isLinkToken(this.settings.authSecret, kind, token);
  }

  retire(
    tx: ControlTx,
    whose: { readonly userId: string } | { readonly recipient: string },
    ...kinds: MailKind[]
  ) {
    return retireLinks(tx, whose, kinds, this.clock.now());
  }

  /** Tells a person what was done to her account. */
  async tell(
    tx: ControlTx,
    person: { id: string; email: string },
    event: SecurityEvent,
    from: string | null,
  ) {
    const params = { event, at: new Date(this.clock.now()).toISOString(), from };
    await this.ask(
      { recipient: person.email, userId: person.id, content: { kind: 'security-notice', params } },
      tx,
    );
  }

  /** Of everybody: only for who has the key of the local outbox. */
  listAll(): Promise<readonly MailRow[]> {
    return listSentMails(this.db, mailsShownMax);
  }
}
