import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx, Prisma } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

const columns = {
  id: true,
  number: true,
  periodStart: true,
  periodEnd: true,
  priceBook: true,
  discountBasisPoints: true,
  currency: true,
  subtotalMicros: true,
  creditMicros: true,
  carriedBefore: true,
  carriedAfter: true,
  dueMicros: true,
  createdAt: true,
} as const;

const lineColumns = {
  kind: true,
  serviceStart: true,
  description: true,
  clusterId: true,
  clusterKind: true,
  region: true,
  meter: true,
  quantity: true,
  micros: true,
} as const;

export type InvoiceLineRow = Prisma.InvoiceLineGetPayload<{ select: typeof lineColumns }>;
export interface InvoicePaymentRow {
  readonly status: string;
  readonly cents: bigint;
  readonly taxCents: bigint | null;
}

export type InvoiceRow = Prisma.InvoiceGetPayload<{ select: typeof columns }> & {
  /** Null: nothing is charged for it. */
  readonly payment: InvoicePaymentRow | null;
};

const paymentColumns = { status: true, cents: true, taxCents: true } as const;

export type WholeInvoiceRow = InvoiceRow & {
  readonly billTo: Prisma.JsonValue;
  readonly issuedBy: readonly string[];
  readonly lines: readonly InvoiceLineRow[];
};

/** Reads invoices. They are written by the worker, and never changed. */
@Injectable()
export class InvoiceStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  async list(organizationId: string, request: PageRequest): Promise<Page<InvoiceRow>> {
    const [found, total] = await Promise.all([
      this.db.invoice.findMany({
        where: { AND: [{ organizationId }, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.invoice.count({ where: { organizationId } }),
    ]);
    const payments = await this.db.invoicePayment.findMany({
      where: { invoiceId: { in: found.map(({ id }) => id) } },
      select: { ...paymentColumns, invoiceId: true },
    });
    const byInvoice = new Map(payments.map((payment) => [payment.invoiceId, payment]));
    return { rows: found.map((row) => ({ ...row, payment: byInvoice.get(row.id) ?? null })), total };
  }

  /** Null also for one of another organization. */
  async find(organizationId: string, id: string): Promise<WholeInvoiceRow | null> {
    const found = await this.db.invoice.findFirst({
      where: { id, organizationId },
      select: {
        ...columns,
        billTo: true,
        issuedBy: true,
        lines: { orderBy: { position: 'asc' }, select: lineColumns },
      },
    });
    if (found === null) return null;
    const payment = await this.db.invoicePayment.findUnique({
      where: { invoiceId: id },
      select: paymentColumns,
    });
    return { ...found, payment };
  }

  async listCredits(organizationId: string, request: PageRequest) {
    const [found, total] = await Promise.all([
      this.db.billingCredit.findMany({
        where: { AND: [{ organizationId }, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: creditColumns,
      }),
      this.db.billingCredit.count({ where: { organizationId } }),
    ]);
    return { rows: await this.#withRemaining(found, this.db), total };
  }

  /** Null also for one of another organization. */
  async findCredit(organizationId: string, id: string, db: ControlTx = this.db): Promise<CreditRow | null> {
    const found = await db.billingCredit.findFirst({
      where: { id, organizationId },
      select: creditColumns,
    });
    const [row = null] = found === null ? [] : await this.#withRemaining([found], db);
    return row;
  }

  async #withRemaining(
    credits: readonly Omit<CreditRow, 'remaining'>[],
    db: ControlTx,
  ): Promise<CreditRow[]> {
    const taken = await db.invoiceLine.groupBy({
      by: ['creditId'],
      where: { creditId: { in: credits.map(({ id }) => id) } },
      _sum: { micros: true },
    });
    const byId = new Map(taken.map(({ _sum, creditId }) => [creditId, _sum.micros ?? 0n]));
    // What was taken stands in lines as less than nothing.
    return credits.map((row) => ({ ...row, remaining: row.micros + (byId.get(row.id) ?? 0n) }));
  }
}

const creditColumns = {
  id: true,
  kind: true,
  description: true,
  micros: true,
  currency: true,
  expiresAt: true,
  invoiceId: true,
  createdAt: true,
} as const;

export type CreditRow = Prisma.BillingCreditGetPayload<{ select: typeof creditColumns }> & {
  readonly remaining: bigint;
};
