import { listClusters } from '@weir/contracts/clusters';
import { listDeletedClusters } from '@weir/contracts/deleted-clusters';
import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { mayCreateClusters, withUsage } from '../../../access/permissions.ts';
import { load } from '../../../api/server.ts';
import { ClusterList } from '../../../clusters/cluster-list.tsx';
import { buttonClass } from '../../../ui/button.tsx';

export const metadata: Metadata = { title: 'Clusters' };

export default async function ClustersPage() {
  const [clusters, deleted, mayCreate] = await Promise.all([
    load(listClusters, { query: { page_size: 100 } }),
    load(listDeletedClusters, { query: { page_size: 1 } }),
    mayCreateClusters(),
  ]);
  if (clusters.data.length === 0) {
    return (
      <div className="grid gap-5">
        {mayCreate ? <NoClusters /> : <NothingToSee />}
        <DeletedLink count={deleted.metadata.total_size} />
      </div>
    );
  }
  return (
    <div className="grid gap-5">
      <div className="flex items-center justify-between gap-4">
        <h1 className="text-xl font-semibold">Clusters</h1>
        {mayCreate && (
          <Link href="/clusters/new" className={buttonClass('primary')}>
            <Plus aria-hidden="true" size={16} />
            Create cluster
          </Link>
        )}
      </div>
      <ClusterList clusters={clusters.data} withUsage={await withUsage(clusters.data)} />
      <DeletedLink count={deleted.metadata.total_size} />
    </div>
  );
}

/** To those that can be restored; nothing where there are none. */
function DeletedLink({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <p className="text-[13px] text-ink-soft">
      <Link href="/clusters/deleted" className="underline hover:text-ink">
        {count === 1 ? 'One deleted cluster' : `${count} deleted clusters`} can be restored
      </Link>
    </p>
  );
}

function NothingToSee() {
  return (
    <div className="grid justify-items-center gap-4 rounded-lg border border-dashed border-line-strong bg-surface px-6 py-16 text-center">
      <h1 className="text-xl font-semibold">No clusters for you yet</h1>
      <p className="max-w-md text-ink-soft">
        Your roles in this organization show you no cluster, and none lets you create one. Ask one of its
        administrators for what you need.
      </p>
      <Link href="/access" className={buttonClass()}>
        What roles there are
      </Link>
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
