import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface OrganizationRow {
  readonly id: string;
  readonly displayName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
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
    const member = { organizationId: organization.id, userId: founderUserId, role: 'OrganizationAdmin' };
    await tx.member.create({ data: member, select: { userId: true } });
    const first = { ...environment, organizationId: organization.id };
    await tx.environment.create({ data: first, select: { id: true } });
    return true;
  }

  /** The organization that a person acts in: the one she chose, if she is in it, or the one joined first. */
  async findMembership(
    userId: string,
    chosen: string | null,
  ): Promise<{ organizationId: string; role: string } | null> {
    const own = chosen === null ? null : await this.findRole(chosen, userId);
    if (own !== null && chosen !== null) return { organizationId: chosen, role: own };
    return this.db.member.findFirst({
      where: { userId },
      orderBy: { createdAt: 'asc' },
      select: { organizationId: true, role: true },
    });
  }

  /** Null for who is not in it. */
  async findRole(organizationId: string, userId: string): Promise<string | null> {
    const found = await this.db.member.findUnique({
      where: { organizationId_userId: { organizationId, userId } },
      select: { role: true },
    });
    return found?.role ?? null;
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
