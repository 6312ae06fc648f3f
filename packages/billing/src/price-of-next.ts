import type { PricedMeter } from '@weir/contracts/billing';
import { findPrice, type Terms, wholeBasisPoints } from './price-book.ts';

/** What the next bytes cost: nothing for so many, and then so much a GiB, rounded up. */
export interface PriceOfNext {
  readonly freeBytes: bigint;
  readonly microsPerGibibyte: bigint;
}

const gibibyte = 1024n ** 3n;

/**
 * What the next bytes of a kind in a region cost once its clusters have used so many in the month, never less than what
 * they will be rated at. Tiers after the next that costs anything are not looked at: they cost less.
 */
export const priceOfNext = (
  terms: Terms,
  kind: string,
  meter: Extract<PricedMeter, 'bytes_in' | 'bytes_out'>,
  region: string,
  used: bigint,
): PriceOfNext => {
  const price = findPrice(terms.book, kind, meter);
  if (price === undefined) return { freeBytes: 0n, microsPerGibibyte: 0n };
  const ahead = price.tiers.filter(({ upTo }) => upTo === null || upTo > used);
  const [current] = ahead;
  const isFree = current?.micros === 0n && current.upTo !== null;
  const micros = (isFree ? ahead[1] : current)?.micros ?? 0n;
  const regional = terms.book.regionBasisPoints[region] ?? wholeBasisPoints;
  const discounted = wholeBasisPoints - terms.discountBasisPoints;
  const whole = micros * regional * discounted * gibibyte;
  const part = price.per * wholeBasisPoints * wholeBasisPoints;
  return {
    freeBytes: isFree && current.upTo !== null ? current.upTo - used : 0n,
    microsPerGibibyte: (whole + part - 1n) / part,
  };
};
