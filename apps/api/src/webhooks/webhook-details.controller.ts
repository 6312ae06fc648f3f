import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  createWebhookSecret,
  deleteWebhookSecret,
  listWebhookDeliveries,
  listWebhookSecrets,
  resendWebhookDelivery,
  testWebhook,
} from '@weir/contracts/webhooks';
import { organizationScope, requireSight } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { ChangeWebhookSecrets } from './change-webhook-secrets.ts';
import { ResendDelivery } from './resend-delivery.ts';
import { TestWebhook } from './test-webhook.ts';
import { presentDelivery, presentWebhookSecret, webhooksPath } from './webhook.present.ts';
import { type WebhookRow, WebhookStore } from './webhook.store.ts';
import { WebhookDeliveryStore } from './webhook-delivery.store.ts';

/** What is below one webhook: its secrets, and what it was told. */
@Controller()
export class WebhookDetailsController {
  constructor(
    @Inject(WebhookStore) private readonly store: WebhookStore,
    @Inject(WebhookDeliveryStore) private readonly deliveries: WebhookDeliveryStore,
    @Inject(ChangeWebhookSecrets) private readonly secrets: ChangeWebhookSecrets,
    @Inject(TestWebhook) private readonly tests: TestWebhook,
    @Inject(ResendDelivery) private readonly resends: ResendDelivery,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listWebhookSecrets)
  async listSecrets(
    @TheCall(listWebhookSecrets) call: Call,
    @Input(listWebhookSecrets) { params }: InputOf<typeof listWebhookSecrets>,
  ): Promise<ResponseOf<typeof listWebhookSecrets>> {
    const webhook = await this.#find(call, params.id);
    const data = webhook.secrets.map((row) => presentWebhookSecret(webhook, row, this.links));
    const first = this.links.url(`${webhooksPath}/${webhook.id}/secrets`);
    const metadata = { first, total_size: data.length };
    return { api_version: 'billing/v1', kind: 'WebhookSecretList', metadata, data };
  }

  @Handles(createWebhookSecret)
  async createSecret(
    @TheCall(createWebhookSecret) call: Call,
    @Input(createWebhookSecret) { params, query }: InputOf<typeof createWebhookSecret>,
  ): Promise<ResponseOf<typeof createWebhookSecret>> {
    const { row, secret, webhook } = await this.secrets.create(call, params.id, query.dry_run);
    return presentWebhookSecret(webhook, row, this.links, secret);
  }

  @Handles(deleteWebhookSecret)
  async retireSecret(
    @TheCall(deleteWebhookSecret) call: Call,
    @Input(deleteWebhookSecret) { params, query }: InputOf<typeof deleteWebhookSecret>,
  ): Promise<void> {
    await this.secrets.retire(call, params.id, params.secret_id, query.dry_run);
  }

  @Handles(listWebhookDeliveries)
  async listDeliveries(
    @TheCall(listWebhookDeliveries) call: Call,
    @Input(listWebhookDeliveries) { params, query }: InputOf<typeof listWebhookDeliveries>,
  ): Promise<ResponseOf<typeof listWebhookDeliveries>> {
    const { id, organizationId } = await this.#find(call, params.id);
    const request = pageRequest(query);
    const page = await this.deliveries.list(organizationId, id, request);
    const { rows, metadata } = presentPage(page, request, this.links, `${webhooksPath}/${id}/deliveries`);
    const data = rows.map((row) => presentDelivery(row, this.links));
    return { api_version: 'billing/v1', kind: 'WebhookDeliveryList', metadata, data };
  }

  @Handles(testWebhook)
  async test(
    @TheCall(testWebhook) call: Call,
    @Input(testWebhook) { params, query }: InputOf<typeof testWebhook>,
  ): Promise<ResponseOf<typeof testWebhook>> {
    return presentDelivery(await this.tests.run(call, params.id, query.dry_run), this.links);
  }

  @Handles(resendWebhookDelivery)
  async resend(
    @TheCall(resendWebhookDelivery) call: Call,
    @Input(resendWebhookDelivery) { params, query }: InputOf<typeof resendWebhookDelivery>,
  ): Promise<ResponseOf<typeof resendWebhookDelivery>> {
    const row = await this.resends.run(call, params.id, params.delivery_id, query.dry_run);
    return presentDelivery(row, this.links);
  }

  async #find({ caller }: Call, id: string): Promise<WebhookRow> {
    requireSight(caller, 'billing:read', organizationScope);
    const row = await this.store.find(caller.organizationId, id);
    if (!row) throw notFound();
    return row;
  }
}
