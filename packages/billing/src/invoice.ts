import type { PricedMeter } from '@weir/contracts/billing';
import { toCents } from './money.ts';
import type { RatedHour } from './rate-usage.ts';

/** What one cluster, as of one kind, used of one meter in a month, and what that costs. */
export interface UsageLine {
  readonly clusterId: string;
  readonly kind: string;
  readonly region: string;
  readonly meter: PricedMeter;
  /** Of an adjustment the difference, which may be negative. */
  readonly quantity: bigint;
  readonly micros: bigint;
}

/** What may be taken off: a credit that was given, less what earlier invoices took. */
export interface OpenCredit {
  readonly id: string;
  readonly micros: bigint;
  /** Null: it does not expire. */
  readonly expiresAtMs: number | null;
  readonly createdAtMs: number;
}

export interface TakenCredit {
  readonly creditId: string;
  /** Positive. */
  readonly micros: bigint;
}

export interface Settlement {
  /** Of all lines. */
  readonly subtotal: bigint;
  readonly credits: readonly TakenCredit[];
  /** Whole cents, and never negative. */
  readonly due: bigint;
  /** Added to the next invoice: less than a cent, or negative, which is in the payer's favour. */
  readonly carried: bigint;
}

/** Hours of a month as lines, in an order that does not depend on theirs. They sum exactly to the hours. */
export const usageLines = (hours: readonly RatedHour[]): readonly UsageLine[] =>
  [...Map.groupBy(hours, lineKey).values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const { clusterId, kind, meter, region } = first;
      const quantity = others.reduce((sum, hour) => sum + hour.quantity, first.quantity);
      const micros = others.reduce((sum, hour) => sum + hour.micros, first.micros);
      return [{ clusterId, kind, region, meter, quantity, micros }];
    })
    .sort(byLine);

/**
 * What has come to a month since it was invoiced: `now` less the sum of all that invoices said of it. Invoiced lines and
 * these sum exactly to what it is now. Where nothing has changed there are none.
 */
export const adjustmentLines = (
  now: readonly UsageLine[],
  invoiced: readonly UsageLine[],
): readonly UsageLine[] => {
  const taken = invoiced.map((line) => ({ ...line, quantity: -line.quantity, micros: -line.micros }));
  return [...Map.groupBy([...now, ...taken], lineKey).values()]
    .flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : [
            {
              ...first,
              quantity: others.reduce((sum, line) => sum + line.quantity, first.quantity),
              micros: others.reduce((sum, line) => sum + line.micros, first.micros),
            },
          ],
    )
    .filter(({ micros, quantity }) => micros !== 0n || quantity !== 0n)
    .sort(byLine);
};

/**
 * What is to be paid. Credits go first that expire first, and none takes more than there is to pay. Whole cents are due;
 * what is left over, and what is less than nothing, is carried to the next invoice, so over all invoices nothing is lost:
 * what is due and the last remainder sum to all lines less all credits.
 */
export const settle = (
  lines: readonly Pick<UsageLine, 'micros'>[],
  open: readonly OpenCredit[],
  carriedBefore: bigint,
): Settlement => {
  const subtotal = lines.reduce((sum, { micros }) => sum + micros, 0n);
  let owed = subtotal + carriedBefore;
  const credits: TakenCredit[] = [];
  for (const { id, micros } of open.toSorted(byExpiry)) {
    const taken = lesserOf(micros, owed);
    if (taken <= 0n) continue;
    credits.push({ creditId: id, micros: taken });
    owed -= taken;
  }
  if (owed <= 0n) return { subtotal, credits, due: 0n, carried: owed };
  const { carried, payable } = toCents(owed);
  return { subtotal, credits, due: payable, carried };
};

/** `Math.min` is for numbers. */
const lesserOf = (one: bigint, other: bigint): bigint => {
  if (one < other) return one;
  return other;
};

const lineKey = ({
  clusterId,
  kind,
  meter,
  region,
}: Pick<UsageLine, 'clusterId' | 'kind' | 'meter' | 'region'>) => `${clusterId} ${kind} ${region} ${meter}`;

const byLine = (one: UsageLine, other: UsageLine): number => (lineKey(one) < lineKey(other) ? -1 : 1);

const byExpiry = (one: OpenCredit, other: OpenCredit): number =>
  (one.expiresAtMs ?? Number.MAX_SAFE_INTEGER) - (other.expiresAtMs ?? Number.MAX_SAFE_INTEGER) ||
  one.createdAtMs - other.createdAtMs ||
  (one.id < other.id ? -1 : 1);
