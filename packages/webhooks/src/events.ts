import { type WebhookEventData, webhookBody } from '@weir/contracts/webhook-events';
import type { SentEventType } from '@weir/contracts/webhooks';

/** What is told, but for whom. */
export type WebhookEvent = {
  [Type in SentEventType]: {
    readonly type: Type;
    readonly data: Omit<WebhookEventData[Type], 'organization'>;
  };
}[SentEventType];

/** The body of each attempt to deliver it. Throws on what is not as the contract describes it. */
export const bodyOf = (organization: string, { data, type }: WebhookEvent, now: number): string =>
  JSON.stringify(
    webhookBody(type).parse({
      type,
      timestamp: new Date(now).toISOString(),
      data: { organization, ...data },
    }),
  );
