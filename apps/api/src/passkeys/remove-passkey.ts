import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AccountStore } from '../account/account.store.ts';
import { AccountEvents } from '../account/account-events.ts';
import { MailStore } from '../auth/mail.store.ts';
import type { Call } from '../http/call.ts';
import { forbidden, notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { SessionStore } from '../sessions/session.store.ts';
import { PasskeyStore } from './passkey.store.ts';

@Injectable()
export class RemovePasskey {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(PasskeyStore) private readonly store: PasskeyStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(AccountEvents) private readonly events: AccountEvents,
  ) {}

  async run({ caller, requestId, sourceIp }: Call, id: string): Promise<void> {
    if (caller.sessionId !== null && (await this.sessions.boundTo(caller.sessionId)) !== null) {
      throw forbidden(
        'You came in by an organization’s single sign-on. Sign in with your password to change how you sign in.',
      );
    }
    await this.db.$transaction(async (tx) => {
      const person = await this.accounts.lock(tx, caller.id);
      const removed = person && (await this.store.remove(tx, person.id, id));
      if (!person || !removed) throw notFound();
      await this.mails.tell(tx, person, 'passkey-removed', sourceIp);
      await this.events.record(
        tx,
        person.id,
        { requestId, sourceIp, via: caller.via },
        {
          action: 'passkey.delete',
          resource: { kind: 'Passkey', id },
          before: { display_name: removed.name },
        },
      );
    });
  }
}
