import { decimalText } from '@weir/billing/money';
import type { RatedPart } from '@weir/billing/rate-usage';
import type { Cost, CostDimension, CostGranularity } from '@weir/contracts/billing';
import { bucketOf } from './cost-interval.ts';

/** A part of what an organization's usage costs, by everything that it can be asked by. */
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

/** Parts by time and what they are asked by, in that order. They sum exactly to what they are made of. Pure. */
export const costRows = (
  parts: readonly PlacedPart[],
  granularity: CostGranularity,
  by: readonly CostDimension[],
): readonly Cost[] => {
  const keyed = parts.map((part) => {
    const bucket = bucketOf(granularity, part.hourMs);
    return { bucket, part, values: by.map((name) => partValue[name](part)) };
  });
  // No name has a NUL in it.
  const groups = Map.groupBy(keyed, ({ bucket, values }) => `${bucket.fromMs}\0${values.join('\0')}`);
  return [...groups.values()]
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ first, all: [first, ...others].map(({ part }) => part) }],
    )
    .toSorted((one, other) => inOrder(one.first, other.first))
    .map(({ all, first }) => ({
      start: new Date(first.bucket.fromMs).toISOString(),
      end: new Date(first.bucket.toMs).toISOString(),
      ...Object.fromEntries(by.map((name, index) => [name, first.values[index]])),
      ...(by.includes('meter') ? { quantity: String(sumOf(all, ({ quantity }) => quantity)) } : {}),
      amount: decimalText(sumOf(all, ({ micros }) => micros)),
    }));
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
