import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { AccountStore } from '../account/account.store.ts';
import type { Origin } from '../account/account-events.ts';
import type { SignedIn } from '../account/signed-in.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { MailStore } from '../auth/mail.store.ts';
import { conflict, invalid } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { MemberStore } from './member.store.ts';

/** Joins an organization by a mailed link, and makes this session about it. */
@Injectable()
export class AcceptInvitation {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * For who is signed in with the very address that was invited, and has confirmed it. Whoever invited must still be
   * allowed to: what he could give is looked at now, not when he asked.
   */
  async run(token: string, { sessionId, userId }: SignedIn, { via, ...origin }: Origin): Promise<void> {
    await this.db.$transaction(async (tx) => {
      const person = await this.accounts.lock(tx, userId);
      const mail = await this.mails.use(tx, token, 'invitation');
      if (person === null || mail?.content.kind !== 'invitation') throw deadInvitation();
      if (person.email !== mail.recipient || !person.isVerified) throw notYours();
      const found = await this.store.findInvitation(tx, mail.content.params.invitationId);
      if (found === null) throw deadInvitation();
      const { id, invitedBy, organizationId, role } = found;
      await this.room.require(tx, organizationId, 'members');
      const closed = await this.store.closeInvitation(tx, organizationId, id, new Date(this.clock.now()));
      const inviterRole = await this.store.roleOf(tx, organizationId, invitedBy);
      if (closed === null || inviterRole !== role) throw deadInvitation();
      if ((await this.store.roleOf(tx, organizationId, userId)) === null) {
        await this.store.add(tx, organizationId, userId, role);
      }
      await this.store.switchTo(tx, sessionId, organizationId);
      const caller = {
        kind: 'User',
        id: userId,
        organizationId,
        role: null,
        via,
        sessionId,
        clusterId: null,
      } as const;
      await this.audit.record(
        tx,
        { ...origin, caller, idempotency: null },
        {
          action: 'member.create',
          resource: { kind: 'User', id: userId },
          after: { role_name: role, invited_by: invitedBy },
        },
      );
    });
  }
}

const deadInvitation = () =>
  invalid(
    'This invitation does not work: it was used or taken back, its time is over, or who sent it may not invite any more. Ask for a new one.',
  );

const notYours = () =>
  conflict(
    'other_address',
    'This invitation is for another address than yours. Sign in with the address that it was mailed to, and confirm that first.',
  );
