import { getCluster } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { load } from '../../../../../api/server.ts';
import { ClusterSettings } from '../../../../../clusters/cluster-settings.tsx';
import { DeleteCluster } from '../../../../../clusters/delete-cluster.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const cluster = await load(getCluster, { params: await params });
  return (
    <div className="grid max-w-2xl grid-cols-1 gap-4">
      <ClusterSettings cluster={cluster} />
      <DeleteCluster cluster={cluster} />
    </div>
  );
}
