import { randomBytes } from 'node:crypto';
import { decimalText, microsOf } from '@weir/billing/money';
import { periodOf } from '@weir/billing/period';
import { bookOf } from '@weir/billing/price-books';
import { PromotionCode } from '@weir/contracts/promotions';
import { type AdminTools, UsageError } from './operator.ts';

const dayMs = 86_400_000;
const timesMax = 100_000;
const daysMax = 3_650;
/** A hundred dollars: what is worth more is given by name. */
const microsMax = 100_000_000n;
/** Crockford's: none of them looks like another. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const groups = 3;
const groupLength = 4;

export interface NewPromotion {
  readonly amount: string | undefined;
  /** Organizations that may redeem it, each once. */
  readonly times: string | undefined;
  /** The last day on which it is taken. */
  readonly until: string | undefined;
  /** Days that its credit is good for; left out: it stays. */
  readonly days: string | undefined;
  /** Left out: one is made that nobody guesses. */
  readonly code: string | undefined;
  /** Stands among the credits, and on invoices. */
  readonly description: string | undefined;
}

/** Makes a code that organizations redeem for a credit, each once. */
export const createPromotion = async (tools: AdminTools, wish: NewPromotion): Promise<void> => {
  const nowMs = tools.clock.now();
  const micros = amountOf(wish.amount);
  const redemptionsMax = wholeOf('--times', wish.times, timesMax);
  const creditDays = wish.days === undefined ? null : wholeOf('--days', wish.days, daysMax);
  const expiresAt = endOf(wish.until, nowMs);
  const description = descriptionOf(wish.description);
  const code = wish.code === undefined ? newCode() : codeOf(wish.code);
  const { currency } = bookOf(periodOf(nowMs));
  const promotion = { code, description, micros, currency, creditDays, expiresAt, redemptionsMax };
  const { count } = await tools.db.promotionCode.createMany({ data: [promotion], skipDuplicates: true });
  if (count === 0) throw new UsageError(`There is a code ${code} already.`);
  tools.print(
    `${grouped(code)}  ${decimalText(micros)} ${currency}, ${redemptionsMax} times, until ${lastDayOf(expiresAt)}`,
  );
};

/** Every code, newest first, with how often it was redeemed. */
export const listPromotions = async (tools: AdminTools): Promise<void> => {
  const rows = await tools.db.promotionCode.findMany({ orderBy: { createdAt: 'desc' }, take: 1_000 });
  for (const { code, currency, description, expiresAt, micros, redemptions, redemptionsMax } of rows)
    tools.print(
      `${grouped(code)}  ${decimalText(micros)} ${currency}  ${redemptions} of ${redemptionsMax}  until ${lastDayOf(expiresAt)}  ${description}`,
    );
  if (rows.length === 0) tools.print('There is none.');
};

/** Nobody redeems it any more; what was given stays. */
export const endPromotion = async (tools: AdminTools, code: string | undefined): Promise<void> => {
  const expiresAt = new Date(tools.clock.now());
  const { count } = await tools.db.promotionCode.updateMany({
    where: { code: codeOf(code), expiresAt: { gt: expiresAt } },
    data: { expiresAt },
  });
  if (count === 0) throw new UsageError('There is no such code, or it has ended.');
};

/** On which it was, or is, still taken. */
const lastDayOf = (expiresAt: Date): string => new Date(expiresAt.getTime() - 1).toISOString().slice(0, 10);

const newCode = (): string => {
  // 32 letters: five bits of each byte, all of them alike.
  const bytes = randomBytes(groups * groupLength);
  return [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
};

const grouped = (code: string): string => code.replaceAll(/(.{4})(?=.)/g, '$1-');

const codeOf = (text: string | undefined): string => {
  const code = PromotionCode.safeParse(text ?? '');
  if (code.success) return code.data;
  throw new UsageError('A code has 8 to 32 letters and digits; spaces and hyphens do not count.');
};

const amountOf = (text = ''): bigint => {
  const micros = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? microsOf(text) : 0n;
  if (micros > 0n && micros <= microsMax) return micros;
  throw new UsageError(
    `"${text}" is no amount of a promotion: write it in digits, as 12.50, up to ${decimalText(microsMax)}.`,
  );
};

const wholeOf = (name: string, text = '', max: number): number => {
  const number = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : max + 1;
  if (number <= max) return number;
  throw new UsageError(`Give ${name} as a whole number from 1 to ${max}.`);
};

const endOf = (text: string | undefined, nowMs: number): Date => {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') ? Date.parse(`${text}T00:00:00.000Z`) : Number.NaN;
  const end = day + dayMs;
  if (end > nowMs && end <= nowMs + daysMax * dayMs) return new Date(end);
  throw new UsageError(
    'Give --until DAY, 2026-12-31, the last on which it is taken: today or later, within ten years.',
  );
};

const descriptionOf = (text = ''): string => {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed.length <= 200) return trimmed;
  throw new UsageError('Give --description TEXT: what stands among the credits and on invoices.');
};
