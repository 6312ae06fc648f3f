import type { SentEventType, WebhookEventType } from '@weir/contracts/webhooks';

export const eventTexts: Readonly<Record<WebhookEventType, string>> = {
  'spend_limit.threshold_passed': 'A spend limit passed a threshold',
  'spend_limit.reached': 'A spend limit is used up',
  'spend_limit.lifted': 'A spend limit has room again',
  'budget.threshold_passed': 'A budget passed a threshold',
  'budget.forecast_threshold_passed': 'A budget will pass a threshold',
  'payment.standing_changed': 'Paid, past due, read-only or suspended',
};

export const eventText = (type: SentEventType): string =>
  type === 'webhook.test' ? 'A test' : eventTexts[type];
