import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newId } from '../platform/ids.ts';
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

  /** All or nothing, and nothing if the person has founded one already, also under concurrency. */
  async createFor(founder: { id: string }, displayName: string, environmentName: string): Promise<void> {
    const id = randomUUID();
    await this.db.$transaction(async (tx) => {
      const organization = { id, displayName, founderUserId: founder.id };
      const { count } = await tx.organization.createMany({ data: [organization], skipDuplicates: true });
      if (count === 0) return;
      const member = { organizationId: id, userId: founder.id, role: 'OrganizationAdmin' };
      await tx.member.create({ data: member, select: { userId: true } });
      const environment = { id: newId('env'), organizationId: id, displayName: environmentName };
      await tx.environment.create({ data: environment, select: { id: true } });
    });
  }

  /** The organization that a person acts in: the one joined first. */
  findMembership(userId: string): Promise<{ organizationId: string; role: string } | null> {
    return this.db.member.findFirst({
      where: { userId },
      orderBy: { createdAt: 'asc' },
      select: { organizationId: true, role: true },
    });
  }

  find(id: string): Promise<OrganizationRow | null> {
    return this.db.organization.findUnique({ where: { id }, select: columns });
  }

  async rename(tx: ControlTx, id: string, displayName: string): Promise<OrganizationRow> {
    return tx.organization.update({ where: { id }, data: { displayName }, select: columns });
  }
}
