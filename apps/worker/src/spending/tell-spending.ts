import { decimalText } from '@weir/billing/money';
import { tellPayers } from '@weir/mail/payers.store';
import type { WorkerDeps } from '../deps.ts';
import { findDueNotices, takeNotice } from './spending.store.ts';

const noticesPerRun = 100;

/** Tells who pays of thresholds that were passed: of each once in a period, of several at once the highest. */
export const tellSpending = async (deps: Pick<WorkerDeps, 'clock' | 'db'>): Promise<number> => {
  const { clock, db } = deps;
  let count = 0;
  for (const notice of await findDueNotices(db, noticesPerRun)) {
    const { action, currency, id, micros, organizationId, percent, period, spentMicros } = notice;
    const content = {
      kind: 'spend-notice',
      params: {
        limitId: id,
        ...{ percent, action, period, currency },
        amount: decimalText(micros),
        spent: decimalText(spentMicros),
      },
    } as const;
    await db.$transaction(async (tx) => {
      if (!(await takeNotice(tx, notice))) return;
      await tellPayers(tx, organizationId, content, clock.now());
      count += 1;
    });
  }
  return count;
};
