import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface WebhookSecretRow {
  readonly number: number;
  readonly createdAt: Date;
}

export interface WebhookRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
  readonly isEnabled: boolean;
  readonly disabledReason: string | null;
  readonly failingSince: Date | null;
  readonly secretsMade: number;
  readonly secrets: readonly WebhookSecretRow[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type WantedWebhook = Pick<WebhookRow, 'displayName' | 'url' | 'eventTypes'>;
export type WebhookChange = WantedWebhook &
  Pick<WebhookRow, 'isEnabled' | 'disabledReason' | 'failingSince' | 'updatedAt'>;

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  url: true,
  eventTypes: true,
  isEnabled: true,
  disabledReason: true,
  failingSince: true,
  secretsMade: true,
  secrets: { select: { number: true, createdAt: true }, orderBy: { number: 'asc' as const } },
  createdAt: true,
  updatedAt: true,
} as const;

@Injectable()
export class WebhookStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<WebhookRow | null> {
    return tx.webhook.findFirst({ where: { id, organizationId }, select: columns });
  }

  async list(organizationId: string, request: PageRequest): Promise<Page<WebhookRow>> {
    const [rows, total] = await Promise.all([
      this.db.webhook.findMany({
        where: { AND: [{ organizationId }, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.webhook.count({ where: { organizationId } }),
    ]);
    return { rows, total };
  }

  /** Until the transaction ends nobody else makes or changes a webhook of the organization, or its secrets. */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`webhooks ${organizationId}`}, 2))`;
  }

  count(tx: ControlTx, organizationId: string): Promise<number> {
    return tx.webhook.count({ where: { organizationId } });
  }

  /** With its first secret. */
  create(
    tx: ControlTx,
    of: { readonly id: string; readonly organizationId: string },
    { eventTypes, ...wanted }: WantedWebhook,
    sealed: string,
  ): Promise<WebhookRow> {
    const secrets = { create: [{ number: 1, sealed }] };
    const data = { ...of, ...wanted, eventTypes: [...eventTypes], secretsMade: 1, secrets };
    return tx.webhook.create({ data, select: columns });
  }

  update(
    tx: ControlTx,
    { id, organizationId }: WebhookRow,
    { eventTypes, ...change }: WebhookChange,
  ): Promise<WebhookRow> {
    const data = { ...change, eventTypes: [...eventTypes] };
    return tx.webhook.update({ where: { id, organizationId }, data, select: columns });
  }

  /** Its secrets go with it, and all that it was told or was to be. */
  async remove(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    await tx.webhook.delete({ where: { id, organizationId }, select: { id: true } });
  }

  /** Under the next number. */
  addSecret(
    tx: ControlTx,
    { id, organizationId, secretsMade }: WebhookRow,
    sealed: string,
  ): Promise<WebhookRow> {
    const number = secretsMade + 1;
    const secrets = { create: [{ number, sealed }] };
    const data = { secretsMade: number, secrets };
    return tx.webhook.update({ where: { id, organizationId }, data, select: columns });
  }

  async removeSecret(tx: ControlTx, { id, organizationId }: WebhookRow, number: number): Promise<void> {
    await tx.webhookSecret.deleteMany({ where: { webhookId: id, number, webhook: { organizationId } } });
  }
}
