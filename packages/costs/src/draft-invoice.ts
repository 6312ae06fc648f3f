import { adjustmentLines, type Settlement, settle, type UsageLine, usageLines } from '@weir/billing/invoice';
import { type Period, periodOf } from '@weir/billing/period';
import type { ControlTx } from '@weir/db/control';
import { invoicedOf, invoicesBefore, openCredits } from './invoice.store.ts';
import type { KnownDays } from './known-days.ts';
import { rateOrganization, withoutDetail } from './rate-organization.ts';
import { readTerms } from './terms.store.ts';

export type InvoicedUsage = UsageLine;

export interface DraftLine extends Omit<UsageLine, 'meter'> {
  readonly lineKind: 'USAGE' | 'ADJUSTMENT' | 'CREDIT';
  /** When the month began in which it was used. */
  readonly serviceStartMs: number;
  /** Empty of a credit, as is what else is of usage. */
  readonly meter: UsageLine['meter'] | '';
  /** Of a credit; others: empty. */
  readonly description: string;
  readonly creditId: string | null;
}

/** An invoice as it would be written now. */
export interface DraftInvoice extends Omit<Settlement, 'credits'> {
  readonly period: Period;
  readonly priceBook: string;
  /** Off every price of its usage; 10,000 is all of it. */
  readonly discountBasisPoints: number;
  readonly currency: string;
  readonly carriedBefore: bigint;
  readonly credited: bigint;
  readonly lines: readonly DraftLine[];
}

/** Invoiced months that are looked at for what came late. */
const adjustedPeriodsMax = 3;

/**
 * What an organization's invoice of a month says: its usage, what came since to months that were invoiced, and the credits
 * that it takes. Whoever writes it down holds the lock of invoices.
 */
export const draftInvoice = async (
  db: ControlTx,
  known: KnownDays,
  organizationId: string,
  period: Period,
  nowMs: number,
): Promise<DraftInvoice> => {
  const past = await invoicesBefore(db, organizationId, new Date(period.fromMs), adjustedPeriodsMax);
  const used = await linesOf(db, known, organizationId, period, nowMs);
  const lines: DraftLine[] = used.map((line) => toDraft(line, 'USAGE', period.fromMs));
  for (const { periodStart } of past.toReversed()) {
    const now = await linesOf(db, known, organizationId, periodOf(periodStart.getTime()), nowMs);
    const invoiced = await invoicedOf(db, organizationId, periodStart);
    const came = adjustmentLines(now, invoiced);
    lines.push(...came.map((line) => toDraft(line, 'ADJUSTMENT', periodStart.getTime())));
  }
  const open = await openCredits(db, organizationId, period);
  const carriedBefore = past[0]?.carriedAfter ?? 0n;
  const { credits, ...settled } = settle(lines, open, carriedBefore);
  const described = new Map(open.map(({ description, id }) => [id, description]));
  const taken = credits.map(({ creditId, micros }): DraftLine => {
    const about = { clusterId: '', kind: '', region: '', meter: '' as const, quantity: 0n };
    const description = described.get(creditId) ?? '';
    const serviceStartMs = period.fromMs;
    return { ...about, lineKind: 'CREDIT', serviceStartMs, description, creditId, micros: -micros };
  });
  const { book, discountBasisPoints } = await readTerms(db, organizationId, period);
  return {
    ...settled,
    period,
    discountBasisPoints: Number(discountBasisPoints),
    priceBook: book.version,
    currency: book.currency,
    carriedBefore,
    credited: credits.reduce((sum, { micros }) => sum + micros, 0n),
    lines: [...lines, ...taken],
  };
};

const linesOf = async (
  db: ControlTx,
  known: KnownDays,
  organizationId: string,
  period: Period,
  nowMs: number,
): Promise<readonly UsageLine[]> => {
  const asked = { organizationId, period, interval: period, nowMs, detail: withoutDetail };
  return usageLines((await rateOrganization(db, known, { ...asked, daysUntilMs: period.toMs })).parts);
};

const toDraft = (line: UsageLine, lineKind: DraftLine['lineKind'], serviceStartMs: number): DraftLine => ({
  ...{ clusterId: line.clusterId, kind: line.kind, region: line.region, meter: line.meter },
  ...{ quantity: line.quantity, micros: line.micros },
  ...{ lineKind, serviceStartMs, description: '', creditId: null },
});
