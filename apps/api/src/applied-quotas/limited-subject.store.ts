import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

/** One that limits are of. */
export interface Subject {
  readonly id: string;
  readonly environmentId?: string;
}

export interface SubjectPage {
  readonly subjects: readonly Subject[];
  readonly total: number;
}

interface Range {
  readonly skip: number;
  readonly take: number;
}

const oldestFirst = [{ createdAt: 'asc' as const }, { id: 'asc' as const }];

/** What limits are of, in an order in which what is new comes last. */
@Injectable()
export class LimitedSubjectStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  async clusters(
    organizationId: string,
    filter: { readonly id?: string | undefined; readonly environmentId?: string | undefined },
    range: Range,
  ): Promise<SubjectPage> {
    const where = {
      organizationId,
      deletedAt: null,
      phase: { not: 'DELETING' },
      // Whose brokers are being made has no limits yet.
      NOT: { kind: 'Dedicated', statusCku: null },
      ...(filter.id === undefined ? {} : { id: filter.id }),
      ...(filter.environmentId === undefined ? {} : { environmentId: filter.environmentId }),
    };
    const select = { id: true, environmentId: true };
    const [subjects, total] = await Promise.all([
      this.db.cluster.findMany({ where, orderBy: oldestFirst, ...range, select }),
      this.db.cluster.count({ where }),
    ]);
    return { subjects, total };
  }

  async serviceAccounts(organizationId: string, range: Range): Promise<SubjectPage> {
    const where = { organizationId, deletedAt: null };
    const [subjects, total] = await Promise.all([
      this.db.serviceAccount.findMany({ where, orderBy: oldestFirst, ...range, select: { id: true } }),
      this.db.serviceAccount.count({ where }),
    ]);
    return { subjects, total };
  }

  async people(organizationId: string, range: Range): Promise<SubjectPage> {
    const where = { organizationId };
    const [members, total] = await Promise.all([
      this.db.member.findMany({
        where,
        orderBy: [{ createdAt: 'asc' }, { userId: 'asc' }],
        ...range,
        select: { userId: true },
      }),
      this.db.member.count({ where }),
    ]);
    return { subjects: members.map(({ userId }) => ({ id: userId })), total };
  }
}
