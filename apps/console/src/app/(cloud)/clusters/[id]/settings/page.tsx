import { getCluster } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { permissionsOn } from '../../../../../access/permissions.ts';
import { load } from '../../../../../api/server.ts';
import { ClusterSettings } from '../../../../../clusters/cluster-settings.tsx';
import { ClusterSize } from '../../../../../clusters/cluster-size.tsx';
import { DeleteCluster } from '../../../../../clusters/delete-cluster.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const cluster = await load(getCluster, { params: await params });
  const permissions = await permissionsOn(cluster.metadata.resource_name);
  const [mayUpdate, mayDelete] = [permissions.has('cluster:update'), permissions.has('cluster:delete')];
  return (
    <div className="grid max-w-2xl grid-cols-1 gap-4">
      {mayUpdate && <ClusterSettings cluster={cluster} />}
      {mayUpdate && <ClusterSize cluster={cluster} />}
      {mayDelete && <DeleteCluster cluster={cluster} />}
      {!mayUpdate && !mayDelete && (
        <p className="text-ink-soft">
          Your roles do not include changing or deleting this cluster. CloudClusterAdmin does.
        </p>
      )}
    </div>
  );
}
