import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';
import { isEnforced } from '@weir/provisioning/single-sign-on.store';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface OrganizationRow {
  readonly id: string;
  readonly displayName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How a session was made, as far as it says what the session opens. */
export interface SignedInBy {
  readonly method: string | null;
  readonly ssoOrganizationId: string | null;
}

const columns = { id: true, displayName: true, createdAt: true, updatedAt: true } as const;

@Injectable()
export class OrganizationStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** False, and nothing done, if the person has founded an organization already, also under concurrency. */
  async create(
    tx: ControlTx,
    organization: { id: string; displayName: string },
    environment: { id: string; displayName: string },
    founderUserId: string,
  ): Promise<boolean> {
    const data = [{ ...organization, founderUserId }];
    const { count } = await tx.organization.createMany({ data, skipDuplicates: true });
    if (count === 0) return false;
    const member = { organizationId: organization.id, userId: founderUserId };
    await tx.member.create({ data: member, select: { userId: true } });
    const first = { ...environment, organizationId: organization.id };
    await tx.environment.create({ data: first, select: { id: true } });
    return true;
  }

  /**
   * The organization that a person acts in: the one she chose, if she is in it, or the one joined first. A session of an
   * organization's single sign-on opens that alone. Where it is enforced no other session opens it, but one of an
   * administrator's passkey or second factor, which is the way in when the provider does not answer.
   */
  async findMembership(
    userId: string,
    chosen: string | null,
    by: SignedInBy,
  ): Promise<{ organizationId: string } | null> {
    const { method, ssoOrganizationId } = by;
    if (ssoOrganizationId !== null) {
      return (await this.isMember(ssoOrganizationId, userId)) ? { organizationId: ssoOrganizationId } : null;
    }
    const isStrong = method === 'code' || method === 'passkey';
    const [found] = await this.db.$queryRaw<{ organizationId: string }[]>(Prisma.sql`
      SELECT m.organization_id AS "organizationId" FROM members m JOIN users u ON u.id = m.user_id
      LEFT JOIN sso_connections c ON c.organization_id = m.organization_id
      WHERE m.user_id = ${userId} AND (c.organization_id IS NULL OR NOT (${isEnforced})
        OR (${isStrong} AND EXISTS (SELECT 1 FROM role_bindings r WHERE r.principal_id = m.user_id
          AND r.organization_id = m.organization_id AND r.role_name = 'OrganizationAdmin')))
      ORDER BY (m.organization_id = ${chosen}::uuid) DESC NULLS LAST, m.created_at LIMIT 1`);
    return found ?? null;
  }

  /** Whether an operator lets it change nothing for now. */
  async isSuspended(id: string): Promise<boolean> {
    const found = await this.db.organization.findUnique({ where: { id }, select: { suspendedAt: true } });
    return found?.suspendedAt != null;
  }

  /** Whether she is in any, whichever way she has to come in. */
  async isMemberAnywhere(userId: string): Promise<boolean> {
    return (await this.db.member.findFirst({ where: { userId }, select: { userId: true } })) !== null;
  }

  async isMember(organizationId: string, userId: string): Promise<boolean> {
    const found = await this.db.member.findUnique({
      where: { organizationId_userId: { organizationId, userId } },
      select: { userId: true },
    });
    return found !== null;
  }

  /** All that a person is in, always in the same order. */
  listMemberships(tx: ControlTx, userId: string): Promise<readonly { organizationId: string }[]> {
    return tx.member.findMany({
      where: { userId },
      orderBy: { organizationId: 'asc' },
      select: { organizationId: true },
    });
  }

  find(id: string): Promise<OrganizationRow | null> {
    return this.db.organization.findUnique({ where: { id }, select: columns });
  }

  async rename(tx: ControlTx, id: string, displayName: string): Promise<OrganizationRow> {
    return tx.organization.update({ where: { id }, data: { displayName }, select: columns });
  }
}
