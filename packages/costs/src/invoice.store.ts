import type { OpenCredit } from '@weir/billing/invoice';
import type { Period } from '@weir/billing/period';
import { PricedMeter } from '@weir/contracts/billing';
import type { ControlTx } from '@weir/db/control';
import type { InvoicedUsage } from './draft-invoice.ts';

/** One at a time writes invoices, so that their numbers have no gaps; until the transaction ends. */
export const lockInvoices = async (tx: ControlTx): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('invoices', 4))`;
};

export const lastNumber = async (tx: ControlTx): Promise<number> =>
  (await tx.invoice.aggregate({ _max: { number: true } }))._max.number ?? 0;

export interface PastInvoice {
  readonly id: string;
  readonly periodStart: Date;
  readonly carriedAfter: bigint;
}

/** Invoices of months before that moment, the newest first, at most `limit`. */
export const invoicesBefore = (
  db: ControlTx,
  organizationId: string,
  before: Date,
  limit: number,
): Promise<readonly PastInvoice[]> =>
  db.invoice.findMany({
    where: { organizationId, periodStart: { lt: before } },
    orderBy: { periodStart: 'desc' },
    take: limit,
    select: { id: true, periodStart: true, carriedAfter: true },
  });

export const hasInvoice = async (
  db: ControlTx,
  organizationId: string,
  { fromMs }: Period,
): Promise<boolean> =>
  (await db.invoice.count({ where: { organizationId, periodStart: new Date(fromMs) } })) > 0;

/** All that invoices have said of a month, on whichever of them it stands. */
export const invoicedOf = async (
  db: ControlTx,
  organizationId: string,
  serviceStart: Date,
): Promise<readonly InvoicedUsage[]> => {
  const rows = await db.invoiceLine.findMany({
    where: { invoice: { organizationId }, serviceStart, kind: { in: ['USAGE', 'ADJUSTMENT'] } },
    select: { clusterId: true, clusterKind: true, region: true, meter: true, quantity: true, micros: true },
  });
  return rows.map(({ clusterKind: kind, meter, quantity, ...row }) => ({
    ...row,
    kind,
    meter: PricedMeter.parse(meter),
    quantity: BigInt(quantity.toFixed(0)),
  }));
};

/** Credits of which something is left, and that an invoice of that month may take. */
export const openCredits = async (
  db: ControlTx,
  organizationId: string,
  { toMs }: Period,
): Promise<readonly (OpenCredit & { readonly description: string })[]> => {
  const end = new Date(toMs);
  const given = await db.billingCredit.findMany({
    where: { organizationId, createdAt: { lt: end }, OR: [{ expiresAt: null }, { expiresAt: { gte: end } }] },
    select: { id: true, micros: true, expiresAt: true, createdAt: true, description: true },
  });
  const taken = await db.invoiceLine.groupBy({
    by: ['creditId'],
    where: { creditId: { in: given.map(({ id }) => id) } },
    _sum: { micros: true },
  });
  const left = new Map(taken.map(({ _sum, creditId }) => [creditId, _sum.micros ?? 0n]));
  return given.flatMap(({ createdAt, description, expiresAt, id, micros }) => {
    // What was taken stands there as less than nothing.
    const open = micros + (left.get(id) ?? 0n);
    const expiresAtMs = expiresAt?.getTime() ?? null;
    return open > 0n
      ? [{ id, description, micros: open, expiresAtMs, createdAtMs: createdAt.getTime() }]
      : [];
  });
};
