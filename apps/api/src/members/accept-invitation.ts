import { Inject, Injectable } from '@nestjs/common';
import { writeCrn } from '@weir/contracts/crn';
import { InvitedRole } from '@weir/contracts/members';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { Access } from '../access/access.ts';
import { outsideCall } from '../access/outside-call.ts';
import { organizationScope } from '../access/require-access.ts';
import { AccountStore } from '../account/account.store.ts';
import type { Origin } from '../account/account-events.ts';
import type { SignedIn } from '../account/signed-in.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { MailStore } from '../auth/mail.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, invalid } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import { RoleBindingStore } from '../role-bindings/role-binding.store.ts';
import { type InvitationRow, MemberStore } from './member.store.ts';

/** Joins an organization by a mailed link, and makes this session about it. */
@Injectable()
export class AcceptInvitation {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(RoleBindingStore) private readonly roleBindings: RoleBindingStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * For who is signed in with the very address that was invited, and has confirmed it. Whoever invited must still be
   * allowed to: what he could give is looked at now, not when he asked.
   */
  async run(
    token: string,
    { sessionId, ssoOrganizationId, userId }: SignedIn,
    { via, ...origin }: Origin,
  ): Promise<void> {
    if (ssoOrganizationId !== null) throw boundSession();
    const outboxIds = await this.db.$transaction(async (tx) => {
      const person = await this.accounts.lock(tx, userId);
      const mail = await this.mails.use(tx, token, 'invitation');
      if (person === null || mail?.content.kind !== 'invitation') throw deadInvitation();
      if (person.email !== mail.recipient || !person.isVerified) throw notYours();
      const found = await this.store.findInvitation(tx, mail.content.params.invitationId);
      if (found === null) throw deadInvitation();
      const { id, invitedBy, organizationId, role } = found;
      await this.room.require(tx, organizationId, 'members');
      const closed = await this.store.closeInvitation(tx, organizationId, id, new Date(this.clock.now()));
      if (closed === null || !(await this.#mayStillInvite(tx, found))) throw deadInvitation();
      const joins = !(await this.store.isMember(tx, organizationId, userId));
      if (joins) await this.store.add(tx, organizationId, userId);
      await this.store.switchTo(tx, sessionId, organizationId);
      const call = outsideCall({ kind: 'User', id: userId, organizationId, via, sessionId }, origin);
      await this.audit.record(tx, call, {
        action: 'member.create',
        resource: { kind: 'User', id: userId },
        after: { role_name: role, invited_by: invitedBy },
      });
      return joins && role !== null ? this.#bind(tx, call, found) : [];
    });
    await this.bindRoles.apply(outboxIds);
  }

  /** The organization is locked, so that nobody takes a role from the inviter meanwhile. */
  async #mayStillInvite(tx: ControlTx, { invitedBy, organizationId, role }: InvitationRow): Promise<boolean> {
    const access = new Access(await this.roleBindings.heldBy(organizationId, invitedBy, tx));
    if (!access.allows('user:manage', organizationScope)) return false;
    return role === null || access.mayGrant(InvitedRole.parse(role), organizationScope);
  }

  async #bind(
    tx: ControlTx,
    call: Call,
    { organizationId, role }: InvitationRow,
  ): Promise<readonly bigint[]> {
    const binding = {
      id: newId('rb'),
      organizationId,
      principalKind: 'User',
      principalId: call.caller.id,
      roleName: InvitedRole.parse(role),
      crnPattern: writeCrn({ organizationId, scope: organizationScope }),
      scope: organizationScope,
    } as const;
    const name = await this.roleBindings.principalName(tx, organizationId, 'User', call.caller.id);
    return (await this.bindRoles.add(tx, call, binding, name ?? call.caller.id)).outboxIds;
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

/** Whoever runs an organization's provider would otherwise join others in the name of its people. */
const boundSession = () =>
  conflict(
    'bound_session',
    'You came in by an organization’s single sign-on, which opens that one only. Sign in with your password to join another; if you have none, ask for one by “Forgot your password?”.',
  );
