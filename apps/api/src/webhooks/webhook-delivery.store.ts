import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface WebhookDeliveryRow {
  readonly id: string;
  readonly webhookId: string;
  readonly organizationId: string;
  readonly eventType: string;
  readonly createdAt: Date;
  readonly dueAt: Date | null;
  readonly attempts: number;
  readonly deliveredAt: Date | null;
  readonly givenUpAt: Date | null;
  readonly httpStatus: number | null;
  readonly problem: string | null;
}

const columns = {
  id: true,
  webhookId: true,
  organizationId: true,
  eventType: true,
  createdAt: true,
  dueAt: true,
  attempts: true,
  deliveredAt: true,
  givenUpAt: true,
  httpStatus: true,
  problem: true,
} as const;

@Injectable()
export class WebhookDeliveryStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(
    tx: ControlTx,
    of: { readonly organizationId: string; readonly webhookId: string },
    id: string,
  ): Promise<WebhookDeliveryRow | null> {
    return tx.webhookDelivery.findFirst({ where: { ...of, id }, select: columns });
  }

  async list(
    organizationId: string,
    webhookId: string,
    request: PageRequest,
  ): Promise<Page<WebhookDeliveryRow>> {
    const where = { organizationId, webhookId };
    const [rows, total] = await Promise.all([
      this.db.webhookDelivery.findMany({
        where: { AND: [where, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.webhookDelivery.count({ where }),
    ]);
    return { rows, total };
  }

  /** Whether a webhook was tested since then. */
  async isTestedSince(
    tx: ControlTx,
    of: { readonly organizationId: string; readonly webhookId: string },
    since: Date,
  ): Promise<boolean> {
    const where = { ...of, eventType: 'webhook.test', createdAt: { gt: since } };
    return (await tx.webhookDelivery.count({ where })) > 0;
  }

  /** What waits for a webhook, up to so many. */
  waiting(
    tx: ControlTx,
    of: { readonly organizationId: string; readonly webhookId: string },
    max: number,
  ): Promise<number> {
    return tx.webhookDelivery.count({ where: { ...of, dueAt: { not: null } }, take: max });
  }

  /** From now on it waits for its next attempt; one that is being made has settled it by then, or puts it off. */
  async makeDue(tx: ControlTx, { id, organizationId }: WebhookDeliveryRow, now: Date): Promise<void> {
    await tx.webhookDelivery.updateMany({
      where: { id, organizationId },
      data: { dueAt: now, deliveredAt: null, givenUpAt: null },
    });
  }

  /** What still waits for a webhook that is switched off. */
  async giveUpWaiting(
    tx: ControlTx,
    of: { readonly organizationId: string; readonly webhookId: string },
    now: Date,
  ): Promise<void> {
    await tx.webhookDelivery.updateMany({
      where: { ...of, dueAt: { not: null } },
      data: { dueAt: null, takenUntil: null, givenUpAt: now, problem: 'The webhook was switched off.' },
    });
  }
}
