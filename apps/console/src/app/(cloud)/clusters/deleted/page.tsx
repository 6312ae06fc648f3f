import { listDeletedClusters } from '@weir/contracts/deleted-clusters';
import type { Metadata } from 'next';
import Link from 'next/link';
import { load } from '../../../../api/server.ts';
import { DeletedClusters } from '../../../../clusters/deleted-clusters.tsx';

export const metadata: Metadata = { title: 'Deleted clusters' };

export default async function DeletedClustersPage() {
  const { data } = await load(listDeletedClusters, { query: { page_size: 100 } });
  return (
    <div className="grid max-w-3xl grid-cols-1 gap-5">
      <nav aria-label="Where you are" className="text-[13px] text-ink-soft">
        <Link href="/clusters" className="hover:text-ink">
          Clusters
        </Link>
        <span aria-hidden="true"> / </span>
        Deleted
      </nav>
      <div>
        <h1 className="text-xl font-semibold">Deleted clusters</h1>
        <p className="text-ink-soft">
          Nobody can use them, and all that they hold is kept until the time that is shown. Restored, they are
          as they were: the same address, topics, messages, keys and ACLs.
        </p>
      </div>
      <DeletedClusters clusters={data} />
    </div>
  );
}
