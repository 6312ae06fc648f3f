import { Controller, Inject } from '@nestjs/common';
import { microsOf } from '@weir/billing/money';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  createSpendLimit,
  deleteSpendLimit,
  getSpendLimit,
  listSpendLimits,
  updateSpendLimit,
} from '@weir/contracts/spend-limits';
import { organizationScope, requireAccess, requireSight } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { ChangeSpendLimits } from './change-spend-limits.ts';
import { presentSpendLimit, spendLimitsPath } from './spend-limit.present.ts';
import { SpendLimitStore } from './spend-limit.store.ts';

@Controller()
export class SpendLimitsController {
  constructor(
    @Inject(SpendLimitStore) private readonly store: SpendLimitStore,
    @Inject(ChangeSpendLimits) private readonly limits: ChangeSpendLimits,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listSpendLimits)
  async list(
    @TheCall(listSpendLimits) { caller }: Call,
    @Input(listSpendLimits) { query }: InputOf<typeof listSpendLimits>,
  ): Promise<ResponseOf<typeof listSpendLimits>> {
    requireAccess(caller, 'billing:read', organizationScope, null);
    const request = pageRequest(query);
    const page = await this.store.list(caller.organizationId, request);
    const { rows, metadata } = presentPage(page, request, this.links, spendLimitsPath);
    const data = rows.map((row) => presentSpendLimit(row, this.links));
    return { api_version: 'billing/v1', kind: 'SpendLimitList', metadata, data };
  }

  @Handles(createSpendLimit)
  async create(
    @TheCall(createSpendLimit) call: Call,
    @Input(createSpendLimit) { body: { spec }, query }: InputOf<typeof createSpendLimit>,
  ): Promise<ResponseOf<typeof createSpendLimit>> {
    const { action, amount, currency, display_name, period, scope, thresholds } = spec;
    const wanted = {
      displayName: display_name,
      scopeKind: scope.kind,
      scopeId: scope.id,
      micros: microsOf(amount),
      ...{ action, currency, period, thresholds },
    };
    return presentSpendLimit(await this.limits.create(call, wanted, query.dry_run), this.links);
  }

  @Handles(getSpendLimit)
  async get(
    @TheCall(getSpendLimit) { caller }: Call,
    @Input(getSpendLimit) { params }: InputOf<typeof getSpendLimit>,
  ): Promise<ResponseOf<typeof getSpendLimit>> {
    requireSight(caller, 'billing:read', organizationScope);
    const row = await this.store.find(caller.organizationId, params.id);
    if (!row) throw notFound();
    return presentSpendLimit(row, this.links);
  }

  @Handles(updateSpendLimit)
  async update(
    @TheCall(updateSpendLimit) call: Call,
    @Input(updateSpendLimit) { body: { spec }, params, query }: InputOf<typeof updateSpendLimit>,
  ): Promise<ResponseOf<typeof updateSpendLimit>> {
    const change = {
      displayName: spec.display_name,
      micros: spec.amount === undefined ? undefined : microsOf(spec.amount),
      action: spec.action,
      thresholds: spec.thresholds,
    };
    return presentSpendLimit(await this.limits.update(call, params.id, change, query.dry_run), this.links);
  }

  @Handles(deleteSpendLimit)
  async delete(
    @TheCall(deleteSpendLimit) call: Call,
    @Input(deleteSpendLimit) { params, query }: InputOf<typeof deleteSpendLimit>,
  ): Promise<void> {
    await this.limits.remove(call, params.id, query.dry_run);
  }
}
