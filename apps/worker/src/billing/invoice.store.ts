import { randomInt } from 'node:crypto';
import { type Period, periodBefore } from '@weir/billing/period';
import type { DraftInvoice } from '@weir/costs/draft-invoice';
import { hasInvoice, lastNumber, lockInvoices } from '@weir/costs/invoice.store';
import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';

/**
 * Organizations without an invoice of that month that are to have one: those that had a cluster in it, and those that used something in the month before, of which something may have come late.
 */
export const findUninvoiced = async (db: ControlDb, period: Period): Promise<readonly string[]> => {
  const from = new Date(period.fromMs);
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT o.id FROM organizations o
     WHERE NOT EXISTS (SELECT 1 FROM invoices i WHERE i.organization_id = o.id AND i.period_start = ${from})
       AND (EXISTS (
              SELECT 1 FROM clusters c JOIN cluster_terms t ON t.cluster_id = c.id
               WHERE c.organization_id = o.id AND t.kind <> '' AND t.at < ${new Date(period.toMs)}
                 AND NOT EXISTS (
                   SELECT 1 FROM cluster_terms later
                    WHERE later.cluster_id = t.cluster_id AND later.at <= ${from}
                      AND (later.at, later.id) > (t.at, t.id)))
            OR EXISTS (
              SELECT 1 FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
               WHERE i.organization_id = o.id AND i.period_start = ${new Date(periodBefore(period).fromMs)}
                 AND l.kind = 'USAGE'))
     ORDER BY o.id`;
  return rows.map(({ id }) => id);
};

const writeMsMax = 120_000;

/** Writes the invoice of a month down, unless there is one. Returns whether it did. */
export const writeInvoice = (
  db: ControlDb,
  organizationId: string,
  period: Period,
  issuedBy: readonly string[],
  draft: (tx: ControlTx) => Promise<DraftInvoice>,
): Promise<boolean> =>
  db.$transaction(
    async (tx) => {
      await lockInvoices(tx);
      if (await hasInvoice(tx, organizationId, period)) return false;
      const invoice = await draft(tx);
      const account = await tx.billingAccount.findUnique({
        where: { organizationId },
        select: { name: true, addressLines: true, country: true, taxId: true },
      });
      const { id } = await tx.invoice.create({
        data: {
          id: newInvoiceId(),
          organizationId,
          number: (await lastNumber(tx)) + 1,
          periodStart: new Date(period.fromMs),
          periodEnd: new Date(period.toMs),
          priceBook: invoice.priceBook,
          discountBasisPoints: invoice.discountBasisPoints,
          currency: invoice.currency,
          issuedBy: [...issuedBy],
          billTo: account === null ? Prisma.DbNull : toBillTo(account),
          subtotalMicros: invoice.subtotal,
          creditMicros: invoice.credited,
          carriedBefore: invoice.carriedBefore,
          carriedAfter: invoice.carried,
          dueMicros: invoice.due,
        },
        select: { id: true },
      });
      await tx.invoiceLine.createMany({ data: linesOf(id, invoice) });
      return true;
    },
    { timeout: writeMsMax },
  );

const linesOf = (invoiceId: string, { lines }: DraftInvoice): Prisma.InvoiceLineCreateManyInput[] =>
  lines.map(({ kind, lineKind, quantity, serviceStartMs, ...line }, index) => ({
    ...line,
    invoiceId,
    position: index + 1,
    kind: lineKind,
    clusterKind: kind,
    quantity: String(quantity),
    serviceStart: new Date(serviceStartMs),
  }));

interface Account {
  readonly name: string;
  readonly addressLines: string[];
  readonly country: string;
  readonly taxId: string;
}

const toBillTo = ({ addressLines, country, name, taxId }: Account) => ({
  name,
  address_lines: addressLines,
  country,
  tax_id: taxId,
});

const idLetters = '0123456789abcdefghjkmnpqrstvwxyz';
const idLength = 10;

const newInvoiceId = (): string =>
  `inv-${Array.from({ length: idLength }, () => idLetters[randomInt(idLetters.length)]).join('')}`;
