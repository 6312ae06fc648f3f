import { decimalText } from '@weir/billing/money';
import type { ControlTx } from '@weir/db/control';
import type { MailContent } from '@weir/mail/kinds';
import { tellPayers } from '@weir/mail/payers.store';
import { type DueBudgetNotice, findDueBudgetNotices, takeBudgetNotice } from './budget.store.ts';

/** Tells who pays of thresholds that were passed: of each once a month, of several at once the highest. */
export const tellBudgets = async (tx: ControlTx, organizationId: string, now: number): Promise<void> => {
  for (const notice of await findDueBudgetNotices(tx, organizationId)) {
    if (!(await takeBudgetNotice(tx, notice))) continue;
    for (const content of contentsOf(notice)) await tellPayers(tx, organizationId, content, now);
  }
};

type BudgetNotice = MailContent & { readonly kind: 'budget-notice' };

const contentsOf = (notice: DueBudgetNotice): readonly BudgetNotice[] => {
  const { currency, forecastMicros, forecastPercent, id, micros, percent, spentMicros } = notice;
  const content = (basis: 'actual' | 'forecast', passed: number, cost: bigint): BudgetNotice => ({
    kind: 'budget-notice',
    params: {
      budgetId: id,
      ...{ basis, currency, percent: passed, amount: decimalText(micros), cost: decimalText(cost) },
    },
  });
  return [
    ...(percent > 0 ? [content('actual', percent, spentMicros)] : []),
    ...(forecastPercent > 0 && forecastMicros !== null
      ? [content('forecast', forecastPercent, forecastMicros)]
      : []),
  ];
};
