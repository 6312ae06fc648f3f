import type { SentEventType } from '@weir/contracts/webhooks';

/** Amounts are exact, as text. Names are their makers' words, and stay out. */
interface SpendLimitData {
  readonly spend_limit: string;
  readonly percent: number;
  readonly action: string;
  readonly period: string;
  readonly period_start: string;
  readonly currency: string;
  readonly amount: string;
  readonly spent_amount: string;
}

interface BudgetData {
  readonly budget: string;
  readonly percent: number;
  readonly period_start: string;
  readonly currency: string;
  readonly amount: string;
  /** What is spent, or what the whole month is expected to cost. */
  readonly cost_amount: string;
}

/** What can be told, and what belongs to each. */
export interface EventData {
  readonly 'spend_limit.threshold_passed': SpendLimitData;
  readonly 'spend_limit.reached': SpendLimitData;
  readonly 'spend_limit.lifted': {
    readonly spend_limit: string;
    /** ROOM: it was raised, or its next period has begun. DELETED: there is no such limit any more. */
    readonly reason: 'ROOM' | 'DELETED';
  };
  readonly 'budget.threshold_passed': BudgetData;
  readonly 'budget.forecast_threshold_passed': BudgetData;
  readonly 'payment.standing_changed': {
    readonly standing: string;
    readonly previous_standing: string;
    /** When the next standing begins if nothing is paid. */
    readonly next_at: string | null;
  };
  readonly 'webhook.test': { readonly webhook: string };
}

export type WebhookEvent = {
  [Type in SentEventType]: { readonly type: Type; readonly data: EventData[Type] };
}[SentEventType];

/** The body of each attempt to deliver it. */
export const bodyOf = (organizationId: string, { data, type }: WebhookEvent, now: number): string =>
  JSON.stringify({
    type,
    timestamp: new Date(now).toISOString(),
    data: { organization: organizationId, ...data },
  });
