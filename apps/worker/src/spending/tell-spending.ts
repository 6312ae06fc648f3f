import { decimalText } from '@weir/billing/money';
import { tellPayers } from '@weir/mail/people-of-roles.store';
import { announce } from '@weir/webhooks/announce';
import type { WebhookEvent } from '@weir/webhooks/events';
import type { WorkerDeps } from '../deps.ts';
import { type DueNotice, findDueNotices, findLifted, takeLifted, takeNotice } from './spending.store.ts';

const noticesPerRun = 100;

/** Tells who pays of thresholds that were passed: of each once in a period, of several at once the highest. */
export const tellSpending = async (deps: Pick<WorkerDeps, 'clock' | 'db'>): Promise<number> => {
  const { clock, db } = deps;
  let count = 0;
  for (const notice of await findDueNotices(db, noticesPerRun)) {
    const { action, currency, id, micros, organizationId, percent, period, scope, spentMicros } = notice;
    const content = {
      kind: 'spend-notice',
      params: {
        limitId: id,
        ...{ percent, action, period, currency, scope },
        amount: decimalText(micros),
        spent: decimalText(spentMicros),
      },
    } as const;
    await db.$transaction(async (tx) => {
      if (!(await takeNotice(tx, notice))) return;
      await tellPayers(tx, organizationId, content, clock.now());
      await announce(tx, organizationId, eventOf(notice), clock.now());
      count += 1;
    });
  }
  return count;
};

/** Tells servers of tenants which limits that were used up have room again: since they were raised, or their period ended. */
export const tellLifted = async ({ clock, db }: Pick<WorkerDeps, 'clock' | 'db'>): Promise<number> => {
  let count = 0;
  for (const { id, organizationId } of await findLifted(db, noticesPerRun)) {
    await db.$transaction(async (tx) => {
      if (!(await takeLifted(tx, id))) return;
      const data = { spend_limit: id, reason: 'ROOM' } as const;
      await announce(tx, organizationId, { type: 'spend_limit.lifted', data }, clock.now());
      count += 1;
    });
  }
  return count;
};

const eventOf = (notice: DueNotice): WebhookEvent => {
  const { action, currency, id, micros, percent, period, spentFrom, spentMicros } = notice;
  const data = {
    ...{ spend_limit: id, percent, action, period, currency },
    period_start: spentFrom.toISOString(),
    amount: decimalText(micros),
    spent_amount: decimalText(spentMicros),
  };
  return percent >= 100
    ? { type: 'spend_limit.reached', data }
    : { type: 'spend_limit.threshold_passed', data };
};
