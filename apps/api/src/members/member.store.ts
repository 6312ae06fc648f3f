import { Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';

export interface InvitationRow {
  readonly id: string;
  readonly organizationId: string;
  readonly email: string;
  /** Bound on the organization when it is accepted; null: none. */
  readonly role: string | null;
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const columns = {
  id: true,
  organizationId: true,
  email: true,
  role: true,
  invitedBy: true,
  createdAt: true,
  expiresAt: true,
} as const;

/** Who is in an organization, and who is asked to be. */
@Injectable()
export class MemberStore {
  /** Nobody else adds to the organization or takes from it until the transaction ends. */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
  }

  listInvitations(
    tx: ControlTx,
    organizationId: string,
    now: Date,
    limit: number,
  ): Promise<readonly InvitationRow[]> {
    return tx.invitation.findMany({
      where: { organizationId, closedAt: null, expiresAt: { gt: now } },
      orderBy: { createdAt: 'desc' },
      take: limit,
      select: columns,
    });
  }

  addInvitation(tx: ControlTx, data: Omit<InvitationRow, 'createdAt'> & { readonly createdAt: Date }) {
    return tx.invitation.create({ data, select: columns });
  }

  /** Null when it is not open (any more), or another organization's. */
  async closeInvitation(
    tx: ControlTx,
    organizationId: string,
    id: string,
    now: Date,
  ): Promise<InvitationRow | null> {
    const found = await tx.invitation.findFirst({
      where: { id, organizationId, closedAt: null },
      select: columns,
    });
    if (!found) return null;
    const { count } = await tx.invitation.updateMany({
      where: { id, closedAt: null },
      data: { closedAt: now },
    });
    return count > 0 ? found : null;
  }

  findInvitation(tx: ControlTx, id: string): Promise<InvitationRow | null> {
    return tx.invitation.findUnique({ where: { id }, select: columns });
  }

  async isMember(tx: ControlTx, organizationId: string, userId: string): Promise<boolean> {
    const found = await tx.member.findUnique({
      where: { organizationId_userId: { organizationId, userId } },
      select: { userId: true },
    });
    return found !== null;
  }

  /** True when that address is a member's already. */
  async isMemberAddress(tx: ControlTx, organizationId: string, email: string): Promise<boolean> {
    return (await tx.member.count({ where: { organizationId, user: { email } } })) > 0;
  }

  async add(tx: ControlTx, organizationId: string, userId: string): Promise<void> {
    await tx.member.create({ data: { organizationId, userId }, select: { userId: true } });
  }

  /** All since then, whatever became of them. */
  countInvitationsSince(tx: ControlTx, organizationId: string, since: Date): Promise<number> {
    return tx.invitation.count({ where: { organizationId, createdAt: { gte: since } } });
  }

  /** Also from the sessions that are about the organization, which are about another from their next request on. */
  async remove(tx: ControlTx, organizationId: string, userId: string, now: Date): Promise<void> {
    await tx.member.delete({
      where: { organizationId_userId: { organizationId, userId } },
      select: { userId: true },
    });
    await tx.session.deleteMany({ where: { ssoOrganizationId: organizationId, userId } });
    await tx.ssoIdentity.deleteMany({ where: { organizationId, userId } });
    await tx.session.updateMany({ where: { organizationId, userId }, data: { organizationId: null } });
    // Whoever founded it may get one of his own again.
    await tx.organization.updateMany({
      where: { id: organizationId, founderUserId: userId },
      data: { founderUserId: null },
    });
    // Nobody is there any more to answer for whom he invited.
    await tx.invitation.updateMany({
      where: { organizationId, invitedBy: userId, closedAt: null },
      data: { closedAt: now },
    });
  }

  /** `boundTo`: only that one. */
  listMemberships(tx: ControlTx, userId: string, boundTo: string | null) {
    return tx.member.findMany({
      where: { userId, ...(boundTo === null ? {} : { organizationId: boundTo }) },
      orderBy: { createdAt: 'asc' },
      select: { organizationId: true, organization: { select: { displayName: true } } },
    });
  }

  async switchTo(tx: ControlTx, sessionId: string, organizationId: string): Promise<void> {
    await tx.session.updateMany({ where: { id: sessionId }, data: { organizationId } });
  }
}
