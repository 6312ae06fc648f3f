import { Controller, Inject } from '@nestjs/common';
import { microsOf } from '@weir/billing/money';
import { createBudget, deleteBudget, getBudget, listBudgets, updateBudget } from '@weir/contracts/budgets';
import type { ResponseOf } from '@weir/contracts/operation';
import { organizationScope, requireAccess, requireSight } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { budgetsPath, presentBudget } from './budget.present.ts';
import { BudgetStore } from './budget.store.ts';
import { ChangeBudgets } from './change-budgets.ts';

@Controller()
export class BudgetsController {
  constructor(
    @Inject(BudgetStore) private readonly store: BudgetStore,
    @Inject(ChangeBudgets) private readonly budgets: ChangeBudgets,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listBudgets)
  async list(
    @TheCall(listBudgets) { caller }: Call,
    @Input(listBudgets) { query }: InputOf<typeof listBudgets>,
  ): Promise<ResponseOf<typeof listBudgets>> {
    requireAccess(caller, 'billing:read', organizationScope, null);
    const request = pageRequest(query);
    const filters = { 'scope.kind': query['scope.kind'], 'scope.id': query['scope.id'] };
    const filter = { scopeKind: filters['scope.kind'], scopeId: filters['scope.id'] };
    const page = await this.store.list(caller.organizationId, filter, request);
    const { rows, metadata } = presentPage(page, request, this.links, budgetsPath, filters);
    const data = rows.map((row) => presentBudget(row, this.links));
    return { api_version: 'billing/v1', kind: 'BudgetList', metadata, data };
  }

  @Handles(createBudget)
  async create(
    @TheCall(createBudget) call: Call,
    @Input(createBudget) { body: { spec }, query }: InputOf<typeof createBudget>,
  ): Promise<ResponseOf<typeof createBudget>> {
    const wanted = {
      displayName: spec.display_name,
      scopeKind: spec.scope.kind,
      scopeId: spec.scope.id,
      micros: microsOf(spec.amount),
      currency: spec.currency,
      thresholds: spec.thresholds,
      forecastThresholds: spec.forecast_thresholds,
    };
    return presentBudget(await this.budgets.create(call, wanted, query.dry_run), this.links);
  }

  @Handles(getBudget)
  async get(
    @TheCall(getBudget) { caller }: Call,
    @Input(getBudget) { params }: InputOf<typeof getBudget>,
  ): Promise<ResponseOf<typeof getBudget>> {
    requireSight(caller, 'billing:read', organizationScope);
    const row = await this.store.find(caller.organizationId, params.id);
    if (!row) throw notFound();
    return presentBudget(row, this.links);
  }

  @Handles(updateBudget)
  async update(
    @TheCall(updateBudget) call: Call,
    @Input(updateBudget) { body: { spec }, params, query }: InputOf<typeof updateBudget>,
  ): Promise<ResponseOf<typeof updateBudget>> {
    const change = {
      displayName: spec.display_name,
      micros: spec.amount === undefined ? undefined : microsOf(spec.amount),
      thresholds: spec.thresholds,
      forecastThresholds: spec.forecast_thresholds,
    };
    return presentBudget(await this.budgets.update(call, params.id, change, query.dry_run), this.links);
  }

  @Handles(deleteBudget)
  async delete(
    @TheCall(deleteBudget) call: Call,
    @Input(deleteBudget) { params, query }: InputOf<typeof deleteBudget>,
  ): Promise<void> {
    await this.budgets.remove(call, params.id, query.dry_run);
  }
}
