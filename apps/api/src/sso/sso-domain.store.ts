import { Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';

export interface DomainRow {
  readonly id: string;
  readonly organizationId: string;
  readonly domain: string;
  readonly challenge: string;
  readonly verifiedAt: Date | null;
  readonly checkedAt: Date | null;
  readonly missingSince: Date | null;
}

const columns = {
  id: true,
  organizationId: true,
  domain: true,
  challenge: true,
  verifiedAt: true,
  checkedAt: true,
  missingSince: true,
} as const;

/** Mail domains that organizations say are theirs. */
@Injectable()
export class SsoDomainStore {
  list(tx: ControlTx, organizationId: string, limit: number): Promise<readonly DomainRow[]> {
    return tx.ssoDomain.findMany({
      where: { organizationId },
      orderBy: { domain: 'asc' },
      take: limit,
      select: columns,
    });
  }

  count(tx: ControlTx, organizationId: string): Promise<number> {
    return tx.ssoDomain.count({ where: { organizationId } });
  }

  find(tx: ControlTx, organizationId: string, id: string): Promise<DomainRow | null> {
    return tx.ssoDomain.findFirst({ where: { id, organizationId }, select: columns });
  }

  /** Whoever has it proved: the one look-up without an organization. */
  findProved(tx: ControlTx, domain: string): Promise<DomainRow | null> {
    return tx.ssoDomain.findFirst({ where: { domain, verifiedAt: { not: null } }, select: columns });
  }

  /** Whether it is one of that organization's, and proved. */
  async isProvedBy(tx: ControlTx, organizationId: string, domain: string): Promise<boolean> {
    const where = { organizationId, domain, verifiedAt: { not: null } };
    return (await tx.ssoDomain.count({ where })) > 0;
  }

  countProved(tx: ControlTx, organizationId: string): Promise<number> {
    return tx.ssoDomain.count({ where: { organizationId, verifiedAt: { not: null } } });
  }

  /** Null when the organization has named it before. */
  async add(tx: ControlTx, data: Pick<DomainRow, 'id' | 'organizationId' | 'domain' | 'challenge'>) {
    const made = await tx.ssoDomain.createManyAndReturn({
      data: [data],
      skipDuplicates: true,
      select: columns,
    });
    return made[0] ?? null;
  }

  /** Throws a unique violation when another organization has it proved. */
  update(
    tx: ControlTx,
    id: string,
    data: Pick<DomainRow, 'verifiedAt' | 'checkedAt' | 'missingSince'>,
  ): Promise<DomainRow> {
    return tx.ssoDomain.update({ where: { id }, data, select: columns });
  }

  async remove(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    await tx.ssoDomain.deleteMany({ where: { id, organizationId } });
  }
}
