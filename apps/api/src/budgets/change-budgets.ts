import { Inject, Injectable } from '@nestjs/common';
import { decimalText } from '@weir/billing/money';
import { budgetsMax } from '@weir/contracts/budgets';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { requireScope } from '../spend-limits/spend-scope.store.ts';
import { type BudgetChange, type BudgetRow, BudgetStore, type WantedBudget } from './budget.store.ts';

/** Nobody is stopped by a budget, so no broker is told: the worker looks at a new one within seconds, and once a minute. */
@Injectable()
export class ChangeBudgets {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(BudgetStore) private readonly store: BudgetStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  create(given: Call, wanted: WantedBudget, dryRun: boolean): Promise<BudgetRow> {
    const { organizationId } = given.caller;
    requireAccess(given.caller, 'billing:update', organizationScope, null);
    const id = newId('bud');
    return this.#changed(given, dryRun, async (tx, call) => {
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) return this.#find(tx, call, claim.resourceId);
      await requireScope(tx, organizationId, wanted, 'budget');
      if ((await this.store.count(tx, organizationId)) >= budgetsMax)
        throw conflict('limit_reached', `An organization has at most ${budgetsMax} budgets.`);
      const row = await this.store.create(tx, { id, organizationId }, wanted);
      const resource = { kind: 'Budget', id };
      await this.audit.record(tx, call, { action: 'budget.create', resource, after: detailOf(row) });
      return row;
    });
  }

  update(
    given: Call,
    id: string,
    change: { readonly [Field in keyof BudgetChange]: BudgetChange[Field] | undefined },
    dryRun: boolean,
  ): Promise<BudgetRow> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    return this.#changed(given, dryRun, async (tx, call) => {
      const before = await this.#find(tx, call, id);
      const wanted = {
        displayName: change.displayName ?? before.displayName,
        micros: change.micros ?? before.micros,
        thresholds: change.thresholds ?? before.thresholds,
        forecastThresholds: change.forecastThresholds ?? before.forecastThresholds,
      };
      const row = await this.store.update(tx, before, wanted);
      await this.audit.record(tx, call, {
        action: 'budget.update',
        resource: { kind: 'Budget', id },
        before: detailOf(before),
        after: detailOf(row),
      });
      return row;
    });
  }

  async remove(given: Call, id: string, dryRun: boolean): Promise<void> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    await this.#changed(given, dryRun, async (tx, call) => {
      const before = await this.#find(tx, call, id);
      await this.store.remove(tx, call.caller.organizationId, id);
      const resource = { kind: 'Budget', id };
      await this.audit.record(tx, call, { action: 'budget.delete', resource, before: detailOf(before) });
      return before;
    });
  }

  #changed(
    given: Call,
    dryRun: boolean,
    change: (tx: ControlTx, call: Call) => Promise<BudgetRow>,
  ): Promise<BudgetRow> {
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.store.lock(tx, call.caller.organizationId);
      return change(tx, call);
    });
  }

  async #find(tx: ControlTx, { caller }: Call, id: string): Promise<BudgetRow> {
    const row = await this.store.find(caller.organizationId, id, tx);
    if (!row) throw notFound();
    return row;
  }
}

const detailOf = (row: BudgetRow) => ({
  display_name: row.displayName,
  scope: `${row.scopeKind} ${row.scopeId}`,
  amount: `${decimalText(row.micros)} ${row.currency}`,
  thresholds: row.thresholds.join(' '),
  forecast_thresholds: row.forecastThresholds.join(' '),
});
