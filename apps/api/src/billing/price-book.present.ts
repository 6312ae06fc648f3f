import { decimalText } from '@weir/billing/money';
import type { PriceBook as Book } from '@weir/billing/price-book';
import type { PriceBook } from '@weir/contracts/billing';

/** `discountBasisPoints` null: it is not for the caller. */
export const presentPriceBook = (book: Book, discountBasisPoints: bigint | null): PriceBook => {
  const { currency, fromMs, prices, regionBasisPoints, version } = book;
  return {
    api_version: 'billing/v1',
    kind: 'PriceBook',
    version,
    effective_from: new Date(fromMs).toISOString(),
    currency,
    discount_percent: discountBasisPoints === null ? null : percentText(discountBasisPoints),
    prices: prices.map(({ includedPerCluster = 0n, kind, meter, per, perText, tiers }) => ({
      cluster_kind: kind,
      meter,
      per: perText,
      per_quantity: String(per),
      included_per_cluster: Number(includedPerCluster),
      tiers: tiers.map(({ micros, upTo }) => ({
        up_to: upTo === null ? null : String(upTo),
        amount: decimalText(micros),
      })),
    })),
    regions: Object.entries(regionBasisPoints).map(([region, points]) => ({
      region,
      percent: percentText(points),
    })),
  };
};

/** `12500n` → `125.00`. */
export const percentText = (basisPoints: bigint): string =>
  `${basisPoints / 100n}.${String(basisPoints % 100n).padStart(2, '0')}`;
