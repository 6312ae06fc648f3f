import type { ControlDb, ControlTx } from '@weir/db/control';

export interface AccountRow {
  readonly organizationId: string;
  readonly customerId: string | null;
  readonly askedAt: Date | null;
  readonly methodBrand: string | null;
  readonly methodLast4: string | null;
  readonly methodsSeen: string[];
  readonly needsAddress: boolean;
  readonly standing: string;
  readonly pastDueSince: Date | null;
}

const accountColumns = {
  organizationId: true,
  customerId: true,
  askedAt: true,
  methodBrand: true,
  methodLast4: true,
  methodsSeen: true,
  needsAddress: true,
  standing: true,
  pastDueSince: true,
} as const;

export const findAccount = (db: ControlTx, organizationId: string): Promise<AccountRow | null> =>
  db.paymentAccount.findUnique({ where: { organizationId }, select: accountColumns });

export const changeAccount = async (
  tx: ControlTx,
  organizationId: string,
  data: Partial<Omit<AccountRow, 'organizationId'>>,
): Promise<void> => {
  await tx.paymentAccount.upsert({
    where: { organizationId },
    create: { organizationId, ...data },
    update: data,
    select: { organizationId: true },
  });
};

/** Charging waits for an address from here on. Whether it did not before. */
export const needAddress = async (tx: ControlTx, organizationId: string): Promise<boolean> => {
  await tx.paymentAccount.createMany({ data: [{ organizationId }], skipDuplicates: true });
  const { count } = await tx.paymentAccount.updateMany({
    where: { organizationId, needsAddress: false },
    data: { needsAddress: true },
  });
  return count > 0;
};

export const organizationOf = async (db: ControlTx, customerId: string): Promise<string | null> => {
  const found = await db.paymentAccount.findUnique({
    where: { customerId },
    select: { organizationId: true },
  });
  return found?.organizationId ?? null;
};

export interface PaymentRow {
  readonly invoiceId: string;
  readonly organizationId: string;
  readonly providerInvoiceId: string | null;
  readonly cents: bigint;
  readonly taxCents: bigint | null;
  readonly currency: string;
  readonly status: string;
  readonly charges: number;
  readonly firstChargedAt: Date | null;
  readonly dueAt: Date;
}

const paymentColumns = {
  invoiceId: true,
  organizationId: true,
  providerInvoiceId: true,
  cents: true,
  taxCents: true,
  currency: true,
  status: true,
  charges: true,
  firstChargedAt: true,
  dueAt: true,
} as const;

/** What is noted of a payment. */
export type PaymentChange = Partial<Omit<PaymentRow, 'invoiceId' | 'organizationId'>> & {
  readonly lastError?: string | null;
};

/** Invoices that are written and ask for something are on their way to be paid from here on, each once. */
export const addPayments = (db: ControlDb, now: number): Promise<number> => db.$executeRaw`
  INSERT INTO invoice_payments (invoice_id, organization_id, cents, currency, due_at)
  SELECT i.id, i.organization_id, i.due_micros / 10000, i.currency, ${new Date(now)} FROM invoices i
   WHERE i.due_micros > 0 AND NOT EXISTS (SELECT 1 FROM invoice_payments p WHERE p.invoice_id = i.id)
  ON CONFLICT DO NOTHING`;

/** Not at their end, and due, oldest first. */
export const findDuePayments = async (
  db: ControlDb,
  now: number,
  limit: number,
): Promise<readonly string[]> => {
  const rows = await db.invoicePayment.findMany({
    where: { status: { in: ['NEW', 'CREATED', 'ITEMISED', 'OPEN'] }, dueAt: { lte: new Date(now) } },
    orderBy: { dueAt: 'asc' },
    take: limit,
    select: { invoiceId: true },
  });
  return rows.map(({ invoiceId }) => invoiceId);
};

export const findPayment = (tx: ControlTx, invoiceId: string): Promise<PaymentRow | null> =>
  tx.invoicePayment.findUnique({ where: { invoiceId }, select: paymentColumns });

export const paymentsOf = (tx: ControlTx, organizationId: string): Promise<readonly PaymentRow[]> =>
  tx.invoicePayment.findMany({ where: { organizationId }, select: paymentColumns });

export const changePayment = async (tx: ControlTx, invoiceId: string, data: PaymentChange): Promise<void> => {
  await tx.invoicePayment.update({ where: { invoiceId }, data, select: { invoiceId: true } });
};

/** Whether it is new. */
export const addEvent = async (
  db: ControlDb,
  event: { readonly id: string; readonly type: string; readonly customerId: string | null },
): Promise<boolean> => {
  const { count } = await db.paymentEvent.createMany({ data: [event], skipDuplicates: true });
  return count > 0;
};

/** Customers of whom something was told since they were last read. */
export const findToldCustomers = async (db: ControlDb, limit: number): Promise<readonly string[]> => {
  const rows = await db.paymentEvent.findMany({
    where: { settledAt: null, customerId: { not: null } },
    distinct: ['customerId'],
    orderBy: { receivedAt: 'asc' },
    take: limit,
    select: { customerId: true },
  });
  return rows.flatMap(({ customerId }) => (customerId === null ? [] : [customerId]));
};

/** What was told of the customer by then is known. */
export const settleEvents = async (
  tx: ControlTx,
  customerId: string,
  ids: readonly string[],
  now: number,
) => {
  await tx.paymentEvent.updateMany({
    where: { customerId, id: { in: [...ids] } },
    data: { settledAt: new Date(now) },
  });
};

export const openEvents = async (tx: ControlTx, customerId: string): Promise<readonly string[]> => {
  const rows = await tx.paymentEvent.findMany({
    where: { customerId, settledAt: null },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
};

/** Organizations that owe something, whose standing may turn by time alone. */
export const findOwing = async (db: ControlDb): Promise<readonly string[]> => {
  const rows = await db.paymentAccount.findMany({
    where: { OR: [{ pastDueSince: { not: null } }, { standing: { not: 'CURRENT' } }] },
    select: { organizationId: true },
  });
  return rows.map(({ organizationId }) => organizationId);
};

/** Up to where the provider's list of events was read, milliseconds since the epoch; null: never. */
export const eventsReadUntil = async (db: ControlDb): Promise<number | null> => {
  const row = await db.paymentEventRead.findUnique({ where: { id: 1 }, select: { until: true } });
  return row?.until.getTime() ?? null;
};

/** It only grows, whichever worker is the last to say so. */
export const setEventsReadUntil = async (db: ControlDb, untilMs: number): Promise<void> => {
  const until = new Date(untilMs);
  await db.paymentEventRead.createMany({ data: [{ id: 1, until }], skipDuplicates: true });
  await db.paymentEventRead.updateMany({ where: { id: 1, until: { lt: until } }, data: { until } });
};
