import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface BudgetRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly scopeKind: string;
  readonly scopeId: string;
  readonly micros: bigint;
  readonly currency: string;
  readonly thresholds: readonly number[];
  readonly forecastThresholds: readonly number[];
  readonly spentMicros: bigint;
  readonly forecastMicros: bigint | null;
  readonly spentFrom: Date | null;
  readonly spentAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type BudgetChange = Pick<BudgetRow, 'displayName' | 'micros' | 'thresholds' | 'forecastThresholds'>;
/** What somebody asks for. */
export type WantedBudget = BudgetChange & Pick<BudgetRow, 'scopeKind' | 'scopeId' | 'currency'>;

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  scopeKind: true,
  scopeId: true,
  micros: true,
  currency: true,
  thresholds: true,
  forecastThresholds: true,
  spentMicros: true,
  forecastMicros: true,
  spentFrom: true,
  spentAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

/** What a list is narrowed to. */
export interface BudgetFilter {
  readonly scopeKind: string | undefined;
  readonly scopeId: string | undefined;
}

@Injectable()
export class BudgetStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<BudgetRow | null> {
    return tx.budget.findFirst({ where: { id, organizationId }, select: columns });
  }

  async list(
    organizationId: string,
    { scopeId, scopeKind }: BudgetFilter,
    request: PageRequest,
  ): Promise<Page<BudgetRow>> {
    const where = {
      organizationId,
      ...(scopeKind === undefined ? {} : { scopeKind }),
      ...(scopeId === undefined ? {} : { scopeId }),
    };
    const [rows, total] = await Promise.all([
      this.db.budget.findMany({
        where: { AND: [where, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.budget.count({ where }),
    ]);
    return { rows, total };
  }

  /** Until the transaction ends nobody else makes or changes a budget of the organization. */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`budgets ${organizationId}`}, 2))`;
  }

  count(tx: ControlTx, organizationId: string): Promise<number> {
    return tx.budget.count({ where: { organizationId } });
  }

  create(
    tx: ControlTx,
    of: { readonly id: string; readonly organizationId: string },
    { forecastThresholds, thresholds, ...wanted }: WantedBudget,
  ): Promise<BudgetRow> {
    const percents = { thresholds: [...thresholds], forecastThresholds: [...forecastThresholds] };
    return tx.budget.create({ data: { ...of, ...wanted, ...percents }, select: columns });
  }

  /** What was told of another amount is forgotten: percent of it are others. */
  update(
    tx: ControlTx,
    { id, micros, organizationId }: BudgetRow,
    { forecastThresholds, thresholds, ...change }: BudgetChange,
  ): Promise<BudgetRow> {
    const percents = { thresholds: [...thresholds], forecastThresholds: [...forecastThresholds] };
    const told = change.micros === micros ? {} : { toldFrom: null };
    const data = { ...change, ...percents, ...told };
    return tx.budget.update({ where: { id, organizationId }, data, select: columns });
  }

  async remove(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    await tx.budget.delete({ where: { id, organizationId }, select: { id: true } });
  }
}
