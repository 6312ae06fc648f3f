import { Controller, Inject } from '@nestjs/common';
import {
  createInvitation,
  deleteInvitation,
  deleteUser,
  Invitation,
  invitationsMax,
  listInvitations,
  listMemberships,
} from '@weir/contracts/members';
import type { ResponseOf } from '@weir/contracts/operation';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { SessionStore } from '../sessions/session.store.ts';
import { Invite } from './invite.ts';
import { type InvitationRow, MemberStore } from './member.store.ts';
import { RemoveMember } from './remove-member.ts';

@Controller()
export class MembersController {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(Invite) private readonly invite: Invite,
    @Inject(RemoveMember) private readonly removeMember: RemoveMember,
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Handles(listInvitations)
  async list(@TheCall(listInvitations) { caller }: Call): Promise<ResponseOf<typeof listInvitations>> {
    const now = new Date(this.clock.now());
    const rows = caller.access.allows('user:manage', organizationScope)
      ? await this.store.listInvitations(this.db, caller.organizationId, now, invitationsMax)
      : [];
    return { api_version: 'iam/v2', kind: 'InvitationList', data: rows.map(present) };
  }

  @Handles(createInvitation)
  async create(
    @TheCall(createInvitation) call: Call,
    @Input(createInvitation) input: InputOf<typeof createInvitation>,
  ): Promise<Invitation> {
    return present(await this.invite.run(call, input.body.email, input.body.role_name));
  }

  @Handles(deleteInvitation)
  async takeBack(
    @TheCall(deleteInvitation) call: Call,
    @Input(deleteInvitation) input: InputOf<typeof deleteInvitation>,
  ): Promise<void> {
    await this.invite.takeBack(call, input.params.id);
  }

  @Handles(deleteUser)
  async remove(
    @TheCall(deleteUser) call: Call,
    @Input(deleteUser) input: InputOf<typeof deleteUser>,
  ): Promise<void> {
    await this.removeMember.run(call, input.params.id);
  }

  @Handles(listMemberships)
  async memberships(@TheCall(listMemberships) { caller }: Call): Promise<ResponseOf<typeof listMemberships>> {
    const boundTo = caller.sessionId && (await this.sessions.boundTo(caller.sessionId));
    const rows = await this.store.listMemberships(this.db, caller.id, boundTo);
    const data = rows.map(({ organization, organizationId }) => ({
      organization_id: organizationId,
      display_name: organization.displayName,
      is_current: organizationId === caller.organizationId,
    }));
    return listMemberships.response.parse({ data });
  }
}

const present = (row: InvitationRow): Invitation =>
  Invitation.parse({
    api_version: 'iam/v2',
    kind: 'Invitation',
    id: row.id,
    email: row.email,
    role_name: row.role,
    creator: { id: row.invitedBy },
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  });
