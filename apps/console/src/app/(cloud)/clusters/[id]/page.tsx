import { getCluster, listReachedLimits } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { permissionsOn } from '../../../../access/permissions.ts';
import { load } from '../../../../api/server.ts';
import { BeingMade } from '../../../../clusters/being-made.tsx';
import { Connection } from '../../../../clusters/connection.tsx';
import { FirstMessage } from '../../../../clusters/first-message.tsx';
import { QuickStart } from '../../../../clusters/quick-start.tsx';
import { ReachedLimits } from '../../../../clusters/reached-limits.tsx';
import { UsageBreakdown } from '../../../../clusters/usage-breakdown.tsx';
import { UsageChart } from '../../../../clusters/usage-chart.tsx';
import { bootstrapOf } from '../../../../snippets/bootstrap.ts';

interface Props {
  readonly params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const cluster = await load(getCluster, { params: await params });
  return { title: cluster.spec.display_name };
}

export default async function ClusterPage({ params }: Props) {
  const { id } = await params;
  const cluster = await load(getCluster, { params: { id } });
  const seesUse = (await permissionsOn(cluster.metadata.resource_name)).has('usage:read');
  const reached = seesUse ? await load(listReachedLimits, { params: { id } }) : null;
  const { http_endpoint: http, config } = cluster.spec;
  const bootstrap = bootstrapOf(cluster.spec);
  if (bootstrap === null) return <BeingMade />;
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="empty:hidden lg:col-span-2">
        {reached !== null && <ReachedLimits clusterId={cluster.id} initial={reached.data} />}
      </div>
      <div className="grid grid-cols-1 gap-4">
        {seesUse && <UsageChart clusterId={cluster.id} />}
        <QuickStart clusterId={cluster.id} bootstrap={bootstrap} />
        {seesUse && <UsageBreakdown clusterId={cluster.id} />}
      </div>
      <div className="grid grid-cols-1 gap-4">
        {seesUse && <FirstMessage clusterId={cluster.id} />}
        <Connection bootstrap={bootstrap} http={http} config={config} />
      </div>
    </div>
  );
}
