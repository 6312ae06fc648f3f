import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface SpendLimitRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly scopeKind: string;
  readonly scopeId: string;
  readonly period: string;
  readonly micros: bigint;
  readonly currency: string;
  readonly action: string;
  readonly thresholds: readonly number[];
  readonly spentMicros: bigint;
  readonly spentFrom: Date | null;
  readonly spentAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What somebody asks for. */
export type WantedSpendLimit = Omit<
  SpendLimitRow,
  'id' | 'organizationId' | 'spentMicros' | 'spentFrom' | 'spentAt' | 'createdAt' | 'updatedAt'
>;
export type SpendLimitChange = Pick<WantedSpendLimit, 'displayName' | 'micros' | 'action' | 'thresholds'>;

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  scopeKind: true,
  scopeId: true,
  period: true,
  micros: true,
  currency: true,
  action: true,
  thresholds: true,
  spentMicros: true,
  spentFrom: true,
  spentAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

@Injectable()
export class SpendLimitStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<SpendLimitRow | null> {
    return tx.spendLimit.findFirst({ where: { id, organizationId }, select: columns });
  }

  async list(organizationId: string, request: PageRequest): Promise<Page<SpendLimitRow>> {
    const [rows, total] = await Promise.all([
      this.db.spendLimit.findMany({
        where: { AND: [{ organizationId }, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.spendLimit.count({ where: { organizationId } }),
    ]);
    return { rows, total };
  }

  /** Until the transaction ends nobody else makes or changes a limit of the organization. */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`spend limits ${organizationId}`}, 2))`;
  }

  count(tx: ControlTx, organizationId: string): Promise<number> {
    return tx.spendLimit.count({ where: { organizationId } });
  }

  create(
    tx: ControlTx,
    of: { readonly id: string; readonly organizationId: string },
    { thresholds, ...wanted }: WantedSpendLimit,
  ): Promise<SpendLimitRow> {
    const data = { ...of, ...wanted, thresholds: [...thresholds] };
    return tx.spendLimit.create({ data, select: columns });
  }

  /** What was told of another amount is forgotten: percent of it are others. */
  update(
    tx: ControlTx,
    { id, micros, organizationId }: SpendLimitRow,
    { thresholds, ...change }: SpendLimitChange,
  ): Promise<SpendLimitRow> {
    const told = change.micros === micros ? {} : { toldPercent: 0, toldFrom: null };
    const data = { ...change, ...told, thresholds: [...thresholds] };
    return tx.spendLimit.update({ where: { id, organizationId }, data, select: columns });
  }

  /** Whether it was told that it is used up, and not yet that there is room again. */
  async remove(tx: ControlTx, organizationId: string, id: string): Promise<boolean> {
    const where = { id, organizationId };
    return (await tx.spendLimit.delete({ where, select: { isToldReached: true } })).isToldReached;
  }
}
