import { decimalText } from '@weir/billing/money';
import type { Period } from '@weir/billing/period';
import type { RatedPart } from '@weir/billing/rate-usage';
import type { Cost, CostDimension } from '@weir/contracts/billing';

/**
 * Into how many pieces a micro-unit is shared out: who asks for some parts is told the same of them, however finely they are
 * told apart.
 */
export const precision = 1_000_000_000n;

/** A part of what an organization's usage costs, by everything that it can be asked by. In pieces of a micro-unit. */
export type PlacedPart = RatedPart & { readonly environmentId: string };

export interface CostFilter {
  readonly cluster?: string | undefined;
  readonly environment?: string | undefined;
  readonly principal?: string | undefined;
  readonly api_key?: string | undefined;
  readonly topic?: string | undefined;
  readonly meter?: string | undefined;
}

const withoutKind = (principal: string): string => principal.replace(/^User:/, '');

const partValue: Readonly<Record<CostDimension, (part: PlacedPart) => string>> = {
  cluster: ({ clusterId }) => clusterId,
  environment: ({ environmentId }) => environmentId,
  principal: ({ principal }) => withoutKind(principal),
  api_key: ({ key }) => key,
  topic: ({ topic }) => topic,
  meter: ({ meter }) => meter,
};

const dimensions = ['cluster', 'environment', 'principal', 'api_key', 'topic', 'meter'] as const;

/** Whether a part is asked for. Pure. */
export const isAsked = (part: PlacedPart, filter: CostFilter): boolean =>
  dimensions.every((name) => {
    const wanted = filter[name];
    if (wanted === undefined) return true;
    return partValue[name](part) === (name === 'principal' ? withoutKind(wanted) : wanted);
  });

export interface Costs {
  readonly rows: readonly Cost[];
  /** Micro-units. */
  readonly total: bigint;
}

/**
 * Rounded to the nearest. Shares of a half are frequent, and what they sum to is a little less or not: the bound is where
 * none lies.
 */
const toMicros = (pieces: bigint): bigint => (pieces + (precision * 499n) / 1_000n) / precision;

/**
 * Parts by time and what they are asked by, in that order, and all together. Rows are those of the running sum, rounded: they
 * sum exactly to the total. Pure.
 */
export const costsOf = (
  parts: readonly PlacedPart[],
  bucketOf: (ms: number) => Period,
  by: readonly CostDimension[],
): Costs => {
  let soFar = 0n;
  const keyed = parts.map((part) => {
    const bucket = bucketOf(part.hourMs);
    return { bucket, part, values: by.map((name) => partValue[name](part)) };
  });
  // No name has a NUL in it.
  const groups = Map.groupBy(keyed, ({ bucket, values }) => `${bucket.fromMs}\0${values.join('\0')}`);
  const rows = [...groups.values()]
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ first, all: [first, ...others].map(({ part }) => part) }],
    )
    .toSorted((one, other) => inOrder(one.first, other.first))
    .map(({ all, first }) => {
      const before = toMicros(soFar);
      soFar += sumOf(all, ({ micros }) => micros);
      return { all, first, amount: decimalText(toMicros(soFar) - before) };
    })
    .map(({ all, amount, first }) => ({
      start: new Date(first.bucket.fromMs).toISOString(),
      end: new Date(first.bucket.toMs).toISOString(),
      ...Object.fromEntries(by.map((name, index) => [name, first.values[index]])),
      ...(by.includes('meter') ? { quantity: String(sumOf(all, ({ quantity }) => quantity)) } : {}),
      amount,
    }));
  return { rows, total: toMicros(soFar) };
};

export const sumOf = <T>(all: readonly T[], of: (each: T) => bigint): bigint =>
  all.reduce((sum, each) => sum + of(each), 0n);

interface Keyed {
  readonly bucket: { readonly fromMs: number };
  readonly values: readonly string[];
}

const inOrder = (one: Keyed, other: Keyed): number => {
  if (one.bucket.fromMs !== other.bucket.fromMs) return one.bucket.fromMs - other.bucket.fromMs;
  const at = one.values.findIndex((value, index) => value !== other.values[index]);
  return at === -1 ? 0 : (one.values[at] ?? '') < (other.values[at] ?? '') ? -1 : 1;
};
