import { listRegions } from '@weir/contracts/regions';
import type { Metadata } from 'next';
import { load } from '../../../../api/server.ts';
import { CreateClusterForm } from '../../../../clusters/create-cluster-form.tsx';

export const metadata: Metadata = { title: 'Create a cluster' };

export default async function NewClusterPage() {
  const { data } = await load(listRegions, {});
  const kinds = data.flatMap(({ cluster_kinds }) => cluster_kinds.map(({ kind }) => kind));
  return (
    <div className="mx-auto grid max-w-3xl gap-5">
      <div>
        <h1 className="text-xl font-semibold">Create a cluster</h1>
        <p className="text-ink-soft">
          It is ready by the time the next page has loaded; with brokers of its own, within a minute.
        </p>
      </div>
      <CreateClusterForm kinds={kinds} />
    </div>
  );
}
