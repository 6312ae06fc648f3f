import { dayMs, type Period, periodBefore, periodOf, periodsBetween } from '@weir/billing/period';
import { priceBooks } from '@weir/billing/price-books';
import { draftInvoice } from '@weir/costs/draft-invoice';
import { KnownDays } from '@weir/costs/known-days';
import type { WorkerDeps } from '../deps.ts';
import { findUninvoiced, writeInvoice } from './invoice.store.ts';

/** A month is invoiced so long after it has ended. Usage that comes later is an adjustment on the next invoice. */
export const invoiceGraceMs = dayMs;

/**
 * Writes the invoices of months that ended, oldest first, one for an organization and month. What is due stands in
 * Postgres alone; who is stopped in between goes on, and several at once write none twice. One that fails keeps no other
 * organization from its own, but later months of its own wait. Returns how many it wrote.
 */
export const finalizeInvoices = async (
  deps: Pick<WorkerDeps, 'db' | 'clock' | 'issuedBy' | 'logger'>,
): Promise<number> => {
  const { clock, db, issuedBy, logger } = deps;
  const nowMs = clock.now();
  // Months that were invoiced are looked at again with each later one.
  const known = new KnownDays();
  const failed = new Set<string>();
  let written = 0;
  for (const period of endedPeriods(nowMs)) {
    for (const organizationId of await findUninvoiced(db, period)) {
      if (failed.has(organizationId)) continue;
      try {
        const isNew = await writeInvoice(db, organizationId, period, issuedBy, (tx) =>
          draftInvoice(tx, known, organizationId, period, nowMs),
        );
        if (isNew) written += 1;
      } catch (cause) {
        failed.add(organizationId);
        logger.error({ err: cause, organizationId, period }, 'an invoice could not be written');
      }
    }
  }
  return written;
};

/** Months that are to be invoiced by then. Before the first price book nothing had a price. */
const endedPeriods = (nowMs: number): readonly Period[] => {
  const last = periodBefore(periodOf(nowMs - invoiceGraceMs));
  return periodsBetween(priceBooks[0].fromMs, last.toMs);
};
