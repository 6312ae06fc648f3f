import { listClusters } from '@weir/contracts/clusters';
import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { load } from '../../../api/server.ts';
import { ClusterList } from '../../../clusters/cluster-list.tsx';
import { buttonClass } from '../../../ui/button.tsx';

export const metadata: Metadata = { title: 'Clusters' };

export default async function ClustersPage() {
  const clusters = await load(listClusters, { query: { page_size: 100 } });
  if (clusters.data.length === 0) return <NoClusters />;
  return (
    <div className="grid gap-5">
      <div className="flex items-center justify-between gap-4">
        <h1 className="text-xl font-semibold">Clusters</h1>
        <Link href="/clusters/new" className={buttonClass('primary')}>
          <Plus aria-hidden="true" size={16} />
          Create cluster
        </Link>
      </div>
      <ClusterList clusters={clusters.data} />
    </div>
  );
}

function NoClusters() {
  return (
    <div className="grid justify-items-center gap-4 rounded-lg border border-dashed border-line-strong bg-surface px-6 py-16 text-center">
      <h1 className="text-xl font-semibold">Create your first cluster</h1>
      <p className="max-w-md text-ink-soft">
        Give it a name. It is ready at once, with an address for any Kafka client. Next comes a key, and a
        snippet that sends your first message.
      </p>
      <Link href="/clusters/new" className={buttonClass('primary')}>
        Create cluster
      </Link>
    </div>
  );
}
