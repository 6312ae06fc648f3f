import { Injectable } from '@nestjs/common';
import { type ControlTx, Prisma } from '@weir/db/control';
import type { Standing } from './account-deletion.policy.ts';

/** What a person leaves behind, and how it goes. */
@Injectable()
export class AccountDeletionStore {
  /** Nobody joins or leaves these organizations, and no role changes in them, until the transaction ends. */
  async lock(tx: ControlTx, userId: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM organizations WHERE id IN (
      SELECT organization_id FROM members WHERE user_id = ${userId}) ORDER BY id FOR NO KEY UPDATE`;
  }

  /** Of each organization that she is in, always in the same order. */
  async standings(tx: ControlTx, userId: string): Promise<readonly Standing[]> {
    return tx.$queryRaw<Standing[]>(Prisma.sql`
      SELECT o.id AS "organizationId", o.display_name AS "displayName",
        (SELECT count(*) - 1 FROM members WHERE organization_id = o.id)::integer AS "otherMembers",
        (SELECT count(DISTINCT principal_id) FROM role_bindings WHERE organization_id = o.id
          AND role_name = 'OrganizationAdmin' AND principal_kind = 'User'
          AND principal_id <> ${userId})::integer AS "otherAdmins",
        EXISTS (SELECT 1 FROM role_bindings WHERE organization_id = o.id
          AND role_name = 'OrganizationAdmin' AND principal_id = ${userId}) AS "isAdmin",
        (SELECT count(*) FROM clusters WHERE organization_id = o.id
          AND deleted_at IS NULL AND phase <> 'DELETING')::integer AS clusters,
        (SELECT count(*) FROM api_keys k WHERE k.organization_id = o.id AND k.revoked_at IS NULL
          AND (k.owner_id = ${userId} OR (SELECT count(*) FROM members WHERE organization_id = o.id) = 1)
        )::integer AS "apiKeys"
      FROM organizations o JOIN members m ON m.organization_id = o.id
      WHERE m.user_id = ${userId} ORDER BY o.id`);
  }

  /** Live keys of an organization, whoever owns them. */
  keyIds(tx: ControlTx, organizationId: string): Promise<readonly { id: string }[]> {
    return tx.apiKey.findMany({ where: { organizationId, revokedAt: null }, select: { id: true } });
  }

  /** What an organization without members still has, but what usage and audit refer to. Its name is a person's, often. */
  async close(tx: ControlTx, organizationId: string, now: Date): Promise<void> {
    const open = { organizationId, deletedAt: null };
    await tx.roleBinding.deleteMany({ where: { organizationId } });
    await tx.groupMapping.deleteMany({ where: { organizationId } });
    await tx.ssoConnection.deleteMany({ where: { organizationId } });
    await tx.ssoDomain.deleteMany({ where: { organizationId } });
    await tx.ssoIdentity.deleteMany({ where: { organizationId } });
    await tx.invitation.deleteMany({ where: { organizationId } });
    // There is nobody left to tell what is spent.
    await tx.spendLimit.deleteMany({ where: { organizationId } });
    await tx.budget.deleteMany({ where: { organizationId } });
    await tx.webhook.deleteMany({ where: { organizationId } });
    await tx.auditDelivery.deleteMany({ where: { organizationId } });
    await tx.serviceAccount.updateMany({ where: open, data: { deletedAt: now } });
    await tx.environment.updateMany({ where: open, data: { deletedAt: now } });
    await tx.member.deleteMany({ where: { organizationId } });
    await tx.organization.update({
      where: { id: organizationId },
      data: { displayName: '', founderUserId: null, limits: Prisma.DbNull, deletedAt: now },
      select: { id: true },
    });
  }

  /**
   * The person, with sessions, passwords, factors and passkeys, and every mail that has her address or went out in her
   * name. Invitations that she took have her address too; one that is open is its sender's, and stays.
   */
  async forget(tx: ControlTx, person: { readonly id: string; readonly email: string }): Promise<void> {
    const { email, id } = person;
    await tx.invitation.deleteMany({ where: { email, closedAt: { not: null } } });
    await tx.mail.deleteMany({ where: { OR: [{ userId: id }, { recipient: email }] } });
    await tx.$executeRaw`DELETE FROM mails WHERE kind = 'invitation' AND params ->> 'inviter' = ${email}`;
    await tx.user.delete({ where: { id }, select: { id: true } });
  }
}
