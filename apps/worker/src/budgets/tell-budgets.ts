import { decimalText } from '@weir/billing/money';
import type { ControlTx } from '@weir/db/control';
import type { MailContent } from '@weir/mail/kinds';
import { tellPayers } from '@weir/mail/people-of-roles.store';
import { announce } from '@weir/webhooks/announce';
import type { WebhookEvent } from '@weir/webhooks/events';
import { type DueBudgetNotice, findDueBudgetNotices, takeBudgetNotice } from './budget.store.ts';

/**
 * Tells who pays of thresholds that were passed: of each once a month, of several at once the highest. Of what is expected
 * from too little, which `young` names, it says nothing.
 */
export const tellBudgets = async (
  tx: ControlTx,
  organizationId: string,
  young: ReadonlySet<string>,
  now: number,
): Promise<void> => {
  for (const found of await findDueBudgetNotices(tx, organizationId)) {
    const notice = young.has(found.id) ? { ...found, forecastPercent: 0 } : found;
    if (notice.percent === 0 && notice.forecastPercent === 0) continue;
    if (!(await takeBudgetNotice(tx, notice))) continue;
    for (const content of contentsOf(notice)) {
      await tellPayers(tx, organizationId, content, now);
      await announce(tx, organizationId, eventOf(notice, content), now);
    }
  }
};

type BudgetNotice = MailContent & { readonly kind: 'budget-notice' };

const contentsOf = (notice: DueBudgetNotice): readonly BudgetNotice[] => {
  const { currency, forecastMicros, forecastPercent, id, micros, percent, scope, spentMicros } = notice;
  const content = (basis: 'actual' | 'forecast', passed: number, cost: bigint): BudgetNotice => ({
    kind: 'budget-notice',
    params: {
      budgetId: id,
      ...{ basis, currency, scope, percent: passed, amount: decimalText(micros), cost: decimalText(cost) },
    },
  });
  return [
    ...(percent > 0 ? [content('actual', percent, spentMicros)] : []),
    ...(forecastPercent > 0 && forecastMicros !== null
      ? [content('forecast', forecastPercent, forecastMicros)]
      : []),
  ];
};

const eventOf = ({ spentFrom }: DueBudgetNotice, { params }: BudgetNotice): WebhookEvent => {
  const { amount, basis, budgetId: budget, cost, currency, percent } = params;
  const data = {
    ...{ budget, percent, currency, amount },
    cost_amount: cost,
    period_start: spentFrom.toISOString(),
  };
  return basis === 'forecast'
    ? { type: 'budget.forecast_threshold_passed', data }
    : { type: 'budget.threshold_passed', data };
};
