import type { TestApi } from './api-for-tests.ts';

/** An invoice with a line, of a month that nothing else is of. */
export const newInvoice = async (api: TestApi, organizationId: string): Promise<string> => {
  const number = (await api.platform.db.invoice.count()) + 1;
  const [periodStart, periodEnd] = [new Date(Date.UTC(2000, number)), new Date(Date.UTC(2000, number + 1))];
  const id = `inv-test${number}`;
  const amounts = { subtotalMicros: 12_000n, creditMicros: 0n, carriedBefore: 0n, carriedAfter: 2_000n };
  const line = { position: 1, kind: 'USAGE', serviceStart: periodStart, description: '', clusterId: 'lkc-1' };
  const used = {
    clusterKind: 'Basic',
    region: 'LOCAL.local',
    meter: 'bytes_in',
    quantity: '5',
    micros: 12_000n,
  };
  await api.platform.db.invoice.create({
    data: {
      ...{ id, organizationId, number, periodStart, periodEnd, priceBook: '2026-11', currency: 'USD' },
      ...{ ...amounts, dueMicros: 10_000n, lines: { create: [{ ...line, ...used }] } },
    },
  });
  return id;
};

/** A credit note of half a cent, about an invoice of its own. */
export const newCreditNote = async (api: TestApi, organizationId: string): Promise<string> => {
  const invoiceId = await newInvoice(api, organizationId);
  const id = `credit-of-${invoiceId}`;
  const about = { kind: 'CREDIT_NOTE', description: 'Sorry', micros: 5_000n, currency: 'USD' };
  await api.platform.db.billingCredit.create({ data: { ...about, id, organizationId, invoiceId } });
  return id;
};
