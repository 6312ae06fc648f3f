import type { PriceBook, PriceOfMeter } from '@weir/contracts/billing';
import type { ClusterKind } from '@weir/contracts/cluster-kinds';
import { exactText } from '@weir/contracts/words/amount-text';
import { boundText } from '@weir/contracts/words/meter-words';

/** What is paid for so much, from the first of it: `5 GiB a month free, then $0.05, beyond 10,240 GiB $0.04`. */
export function tierText({ meter, tiers }: PriceOfMeter): string {
  const words = tiers.map(({ amount }, at) => {
    const before = tiers[at - 1]?.up_to ?? null;
    if (before === null) return isFree(amount) && tiers.length > 1 ? '' : exactText(amount);
    return isFree(tiers[at - 1]?.amount ?? '')
      ? `${boundText(meter, before)} a month free, then ${exactText(amount)}`
      : `beyond ${boundText(meter, before)} ${exactText(amount)}`;
  });
  return words.filter((text) => text !== '').join(', ');
}

const isFree = (amount: string): boolean => /^0\.0+$/.test(amount);

/** What a cluster of that kind costs, in the lines of its card. */
export function priceLines({ prices }: PriceBook, kind: ClusterKind): readonly string[] {
  const of = (meter: PriceOfMeter['meter']) =>
    prices.find((price) => price.cluster_kind === kind && price.meter === meter);
  const first = (price: PriceOfMeter | undefined) =>
    price?.tiers.find(({ amount }) => !isFree(amount))?.amount;
  const hour = first(of('cluster_seconds'));
  const unit = first(of('unit_seconds'));
  const stored = first(of('stored_byte_seconds'));
  const written = of('bytes_in');
  const read = of('bytes_out');
  const free = written?.tiers.find(({ amount }) => isFree(amount))?.up_to ?? null;
  const standing = [
    ...(hour === undefined ? [] : [`${exactText(hour)} an hour`]),
    ...(unit === undefined ? [] : [`${exactText(unit)} an hour for each unit`]),
  ];
  const inPrice = first(written);
  const outPrice = first(read);
  const bytes =
    inPrice === undefined || outPrice === undefined
      ? []
      : inPrice === outPrice
        ? [`${exactText(inPrice)} a GiB written or read`]
        : [`${exactText(inPrice)} a GiB written, ${exactText(outPrice)} read`];
  return [
    ...(standing.length === 0 ? ['Nothing while it is empty and idle'] : standing),
    ...bytes,
    ...(stored === undefined ? [] : [`${exactText(stored)} a GiB stored for an hour`]),
    ...(free === null ? [] : [`the first ${boundText('bytes_in', free)} of each free every month`]),
  ];
}
