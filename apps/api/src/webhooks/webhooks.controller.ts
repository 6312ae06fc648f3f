import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  updateWebhook,
} from '@weir/contracts/webhooks';
import { organizationScope, requireAccess, requireSight } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { ChangeWebhooks } from './change-webhooks.ts';
import { presentWebhook, webhooksPath } from './webhook.present.ts';
import { WebhookStore } from './webhook.store.ts';

@Controller()
export class WebhooksController {
  constructor(
    @Inject(WebhookStore) private readonly store: WebhookStore,
    @Inject(ChangeWebhooks) private readonly webhooks: ChangeWebhooks,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listWebhooks)
  async list(
    @TheCall(listWebhooks) { caller }: Call,
    @Input(listWebhooks) { query }: InputOf<typeof listWebhooks>,
  ): Promise<ResponseOf<typeof listWebhooks>> {
    requireAccess(caller, 'billing:read', organizationScope, null);
    const request = pageRequest(query);
    const page = await this.store.list(caller.organizationId, request);
    const { rows, metadata } = presentPage(page, request, this.links, webhooksPath);
    const data = rows.map((row) => presentWebhook(row, this.links));
    return { api_version: 'billing/v1', kind: 'WebhookList', metadata, data };
  }

  @Handles(createWebhook)
  async create(
    @TheCall(createWebhook) call: Call,
    @Input(createWebhook) { body: { spec }, query }: InputOf<typeof createWebhook>,
  ): Promise<ResponseOf<typeof createWebhook>> {
    const wanted = { displayName: spec.display_name, url: spec.url, eventTypes: spec.event_types };
    const { row, secret } = await this.webhooks.create(call, wanted, query.dry_run);
    return presentWebhook(row, this.links, secret);
  }

  @Handles(getWebhook)
  async get(
    @TheCall(getWebhook) { caller }: Call,
    @Input(getWebhook) { params }: InputOf<typeof getWebhook>,
  ): Promise<ResponseOf<typeof getWebhook>> {
    requireSight(caller, 'billing:read', organizationScope);
    const row = await this.store.find(caller.organizationId, params.id);
    if (!row) throw notFound();
    return presentWebhook(row, this.links);
  }

  @Handles(updateWebhook)
  async update(
    @TheCall(updateWebhook) call: Call,
    @Input(updateWebhook) { body: { spec }, params, query }: InputOf<typeof updateWebhook>,
  ): Promise<ResponseOf<typeof updateWebhook>> {
    const wish = {
      displayName: spec.display_name,
      url: spec.url,
      eventTypes: spec.event_types,
      isEnabled: spec.enabled,
    };
    return presentWebhook(await this.webhooks.update(call, params.id, wish, query.dry_run), this.links);
  }

  @Handles(deleteWebhook)
  async delete(
    @TheCall(deleteWebhook) call: Call,
    @Input(deleteWebhook) { params, query }: InputOf<typeof deleteWebhook>,
  ): Promise<void> {
    await this.webhooks.remove(call, params.id, query.dry_run);
  }
}
