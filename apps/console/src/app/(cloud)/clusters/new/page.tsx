import { getPriceBook } from '@weir/contracts/billing';
import { clusterKinds } from '@weir/contracts/cluster-kinds';
import { listRegions } from '@weir/contracts/regions';
import type { Metadata } from 'next';
import { load } from '../../../../api/server.ts';
import { priceLines } from '../../../../billing/price-words.ts';
import { CreateClusterForm } from '../../../../clusters/create-cluster-form.tsx';

export const metadata: Metadata = { title: 'Create a cluster' };

export default async function NewClusterPage() {
  const [{ data }, book] = await Promise.all([load(listRegions, {}), load(getPriceBook, {})]);
  const kinds = data.flatMap(({ cluster_kinds }) => cluster_kinds.map(({ kind }) => kind));
  const prices = clusterKinds.map((kind) => ({ kind, lines: priceLines(book, kind) }));
  return (
    <div className="mx-auto grid max-w-3xl gap-5">
      <div>
        <h1 className="text-xl font-semibold">Create a cluster</h1>
        <p className="text-ink-soft">
          It is ready by the time the next page has loaded; with brokers of its own, within a minute.
        </p>
      </div>
      <CreateClusterForm kinds={kinds} prices={prices} />
    </div>
  );
}
