import { decimalText, microsOf } from '@weir/billing/money';
import { periodOf } from '@weir/billing/period';
import { bookOf } from '@weir/billing/price-books';
import type { ControlTx } from '@weir/db/control';
import { newId } from '../platform/ids.ts';
import { type AdminTools, auditOf, type Operator, operatorCall, UsageError } from './operator.ts';

const dayMs = 86_400_000;
const daysMax = 3_650;
/** A thousand dollars: more is given in several steps, each with its reason. */
const promotionMicrosMax = 1_000_000_000n;

interface NewCredit {
  readonly kind: 'PROMOTION' | 'CREDIT_NOTE';
  readonly organizationId: string;
  readonly micros: bigint;
  readonly expiresAt: Date | null;
  readonly invoiceId: string | null;
  readonly reference: string;
}

/**
 * Gives an organization money that its next invoices take. The reason stands on them. The same reference again is the same
 * credit: whoever does not know whether it was given gives it again.
 */
export const giveCredit = async (
  tools: AdminTools,
  organizationId: string,
  amount: string | undefined,
  { days, reference }: { readonly days: string | undefined; readonly reference: string | undefined },
  operator: Operator,
): Promise<void> => {
  const micros = amountOf(amount);
  if (micros > promotionMicrosMax) {
    throw new UsageError(`At most ${decimalText(promotionMicrosMax)} at a time.`);
  }
  const expiresAt = days === undefined ? null : new Date(tools.clock.now() + daysOf(days) * dayMs);
  await tools.db.$transaction(async (tx) => {
    const where = { id: organizationId, deletedAt: null };
    if ((await tx.organization.count({ where })) === 0)
      throw new UsageError('There is no such organization.');
    const credit = { kind: 'PROMOTION' as const, organizationId, micros, expiresAt, invoiceId: null };
    await write(tools, tx, { ...credit, reference: referenceOf(reference) }, operator);
  });
};

/** Takes a part of an invoice back, or all of it: the next ones ask for so much less. */
export const writeCreditNote = async (
  tools: AdminTools,
  invoiceId: string | undefined,
  { amount, reference }: { readonly amount: string | undefined; readonly reference: string | undefined },
  operator: Operator,
): Promise<void> => {
  const micros = amountOf(amount);
  await tools.db.$transaction(async (tx) => {
    // One note at a time for an invoice, so that all together are no more than it asked for.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`credit note ${invoiceId ?? ''}`}, 4))`;
    const invoice = await tx.invoice.findUnique({
      where: { id: invoiceId ?? '' },
      select: { id: true, organizationId: true, dueMicros: true },
    });
    if (invoice === null) throw new UsageError(`There is no invoice "${invoiceId ?? ''}".`);
    const { id, organizationId } = invoice;
    const credit = { kind: 'CREDIT_NOTE' as const, organizationId, micros, expiresAt: null, invoiceId: id };
    const named = { ...credit, reference: referenceOf(reference) };
    if (await isGiven(tools, tx, named)) return;
    const { _sum } = await tx.billingCredit.aggregate({ where: { invoiceId: id }, _sum: { micros: true } });
    const open = invoice.dueMicros - (_sum.micros ?? 0n);
    if (micros > open)
      throw new UsageError(`Of this invoice ${decimalText(open)} can be taken back at most.`);
    await write(tools, tx, named, operator);
  });
};

/** Whether there is that very credit already, which is said; refuses another one of that name. */
const isGiven = async (tools: AdminTools, tx: ControlTx, credit: NewCredit): Promise<boolean> => {
  const { invoiceId, kind, micros, organizationId, reference } = credit;
  // Who asks at the same time waits for the first.
  const name = `credit ${organizationId} ${reference}`;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 4))`;
  const found = await tx.billingCredit.findFirst({
    where: { organizationId, reference },
    select: { id: true, invoiceId: true, kind: true, micros: true },
  });
  if (found === null) return false;
  if (found.kind !== kind || found.micros !== micros || found.invoiceId !== invoiceId)
    throw new UsageError(`--reference ${reference} stands for another credit: ${found.id}.`);
  tools.print(`${found.id}  was given before, and is not given again`);
  return true;
};

const referenceForm = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

const referenceOf = (text: string | undefined): string => {
  if (text !== undefined && referenceForm.test(text)) return text;
  throw new UsageError(
    'Give --reference TEXT: what you call it by, as a ticket’s number, of letters, digits and . _ -, 64 at most. The same again gives nothing twice.',
  );
};

const write = async (
  tools: AdminTools,
  tx: ControlTx,
  credit: NewCredit,
  operator: Operator,
): Promise<void> => {
  if (await isGiven(tools, tx, credit)) return;
  const { expiresAt, invoiceId, kind, micros, organizationId, reference } = credit;
  const nowMs = tools.clock.now();
  const id = newId('credit');
  const { currency } = bookOf(periodOf(nowMs));
  await tx.billingCredit.create({
    data: { ...credit, id, description: operator.reason, currency, createdAt: new Date(nowMs) },
    select: { id: true },
  });
  await auditOf(tools).record(tx, operatorCall(organizationId, operator), {
    action: kind === 'PROMOTION' ? 'credit.give' : 'credit.note',
    resource: { kind: 'Credit', id },
    after: {
      amount: decimalText(micros),
      currency,
      expires_at: expiresAt?.toISOString() ?? null,
      invoice: invoiceId,
      reference,
      reason: operator.reason,
    },
  });
  tools.print(`${id}  ${decimalText(micros)} ${currency} for ${organizationId}`);
};

const amountOf = (text: string | undefined): bigint => {
  const micros = parsed(text);
  if (micros > 0n) return micros;
  throw new UsageError('An amount is more than nothing.');
};

const parsed = (text: string | undefined): bigint => {
  try {
    return microsOf(text ?? '');
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError(`"${text ?? ''}" is no amount: write it in digits, as 12.50.`);
  }
};

const daysOf = (text: string): number => {
  const days = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : daysMax + 1;
  if (days <= daysMax) return days;
  throw new UsageError(`--days is a whole number from 1 to ${daysMax}.`);
};
