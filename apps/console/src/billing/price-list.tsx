import type { PriceBook } from '@weir/contracts/billing';
import { clusterKinds } from '@weir/contracts/cluster-kinds';
import { meterNames } from '@weir/contracts/words/meter-words';
import { Card } from '../ui/card.tsx';
import { countText, dateText } from '../ui/figures.ts';
import { tierText } from './price-words.ts';

/** What everything costs, kind by kind. */
export function PriceList({ book }: { readonly book: PriceBook }) {
  return (
    <Card title="Prices" aside={<span className="text-[13px] text-ink-soft">Version {book.version}</span>}>
      <div className="grid grid-cols-1 gap-x-8 gap-y-5 p-4 lg:grid-cols-3">
        {clusterKinds.map((kind) => (
          <section key={kind} aria-label={`Prices of ${kind} clusters`} className="min-w-0">
            <h3 className="mb-1 font-semibold">{kind}</h3>
            <dl>
              {book.prices
                .filter((price) => price.cluster_kind === kind)
                .map((price) => (
                  <div key={price.meter} className="border-b border-line py-1.5 last:border-0">
                    <dt className="flex flex-wrap justify-between gap-x-3 text-[13px] text-ink-soft">
                      <span>{meterNames[price.meter]}</span>
                      <span>per {price.per}</span>
                    </dt>
                    <dd className="tabular-nums">
                      {tierText(price)}
                      {price.included_per_cluster > 0 &&
                        `, above ${countText(price.included_per_cluster)} that each cluster has for nothing`}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="border-t border-line px-4 py-3 text-[13px] text-ink-soft">
        {Number(book.discount_percent) > 0 && (
          <strong className="text-ink">
            Your organization pays {Number(book.discount_percent)} percent less than this.{' '}
          </strong>
        )}
        In US dollars, for months that begin on {dateText(book.effective_from).slice(0, 10)} or later. Free
        amounts and tiers are of a month, over all your clusters of a kind in a region. A price does not
        change within a month.
      </p>
    </Card>
  );
}
