import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type InvitedRole, invitationsMax } from '@weir/contracts/members';
import type { ControlDb } from '@weir/db/control';
import { mailKinds } from '@weir/mail/kinds';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AccountStore } from '../account/account.store.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { MailStore } from '../auth/mail.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { type InvitationRow, MemberStore } from './member.store.ts';

const dayMs = 86_400_000;
/** Each is a mail to somebody who has not asked for it. */
export const invitationsPerDayMax = 100;

/** Asks somebody into an organization by mail, and takes that back. */
@Injectable()
export class Invite {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The same answer whether or not anybody has the address, and when it has had its share of mail. */
  async run(call: Call, address: string, role: InvitedRole | null): Promise<InvitationRow> {
    requireAccess(call.caller, 'user:manage', organizationScope, null);
    const { id: userId, organizationId } = call.caller;
    const email = address.toLowerCase();
    const now = this.clock.now();
    return this.db.$transaction(async (tx) => {
      // The person before the organization, as whoever accepts does, so that neither waits for the other.
      const inviter = await this.accounts.lock(tx, userId);
      await this.store.lock(tx, organizationId);
      if (!inviter?.isVerified) {
        throw conflict(
          'address_not_confirmed',
          'Confirm your e-mail address first: it stands in the invitation.',
        );
      }
      if (await this.store.isMemberAddress(tx, organizationId, email)) {
        throw conflict('already_member', 'Somebody with that address is a member already.');
      }
      const open = await this.store.listInvitations(tx, organizationId, new Date(now), invitationsMax);
      if (open.length >= invitationsMax) {
        throw conflict('limit_reached', `There are ${invitationsMax} open invitations. Take one back first.`);
      }
      const since = new Date(now - dayMs);
      if ((await this.store.countInvitationsSince(tx, organizationId, since)) >= invitationsPerDayMax) {
        throw conflict(
          'limit_reached',
          `Your organization invited ${invitationsPerDayMax} people within a day. Go on tomorrow.`,
        );
      }
      const invitation = await this.store.addInvitation(tx, {
        id: randomUUID(),
        organizationId,
        email,
        role,
        invitedBy: userId,
        createdAt: new Date(now),
        expiresAt: new Date(now + mailKinds.invitation.lifetimeMs),
      });
      const params = { invitationId: invitation.id, inviter: inviter.email };
      await this.mails.ask({ recipient: email, userId: null, content: { kind: 'invitation', params } }, tx);
      await this.audit.record(tx, call, {
        action: 'invitation.create',
        resource: { kind: 'Invitation', id: invitation.id },
        after: { role_name: role },
      });
      return invitation;
    });
  }

  async takeBack(call: Call, id: string): Promise<void> {
    if (!call.caller.access.allows('user:manage', organizationScope)) throw notFound();
    await this.db.$transaction(async (tx) => {
      const now = new Date(this.clock.now());
      const closed = await this.store.closeInvitation(tx, call.caller.organizationId, id, now);
      if (!closed) throw notFound();
      await this.audit.record(tx, call, {
        action: 'invitation.delete',
        resource: { kind: 'Invitation', id },
      });
    });
  }
}
