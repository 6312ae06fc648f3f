import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ChangeWebhookSecrets } from './change-webhook-secrets.ts';
import { ChangeWebhooks } from './change-webhooks.ts';
import { MakeWebhookSecret } from './make-webhook-secret.ts';
import { ResendDelivery } from './resend-delivery.ts';
import { TestWebhook } from './test-webhook.ts';
import { WebhookStore } from './webhook.store.ts';
import { WebhookDeliveryStore } from './webhook-delivery.store.ts';
import { WebhookDetailsController } from './webhook-details.controller.ts';
import { WebhooksController } from './webhooks.controller.ts';

/** Servers of tenants, and what they are told. The worker tells them. */
@Module({
  imports: [AuditModule, HttpModule],
  controllers: [WebhooksController, WebhookDetailsController],
  providers: [
    ...[WebhookStore, WebhookDeliveryStore, MakeWebhookSecret],
    ...[ChangeWebhooks, ChangeWebhookSecrets, TestWebhook, ResendDelivery],
  ],
})
export class WebhooksModule {}
