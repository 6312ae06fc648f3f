import { getCluster, listReachedLimits } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { load } from '../../../../api/server.ts';
import { Connection } from '../../../../clusters/connection.tsx';
import { FirstMessage } from '../../../../clusters/first-message.tsx';
import { QuickStart } from '../../../../clusters/quick-start.tsx';
import { ReachedLimits } from '../../../../clusters/reached-limits.tsx';
import { UsageChart } from '../../../../clusters/usage-chart.tsx';

interface Props {
  readonly params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const cluster = await load(getCluster, { params: await params });
  return { title: cluster.spec.display_name };
}

export default async function ClusterPage({ params }: Props) {
  const { id } = await params;
  const [cluster, reached] = await Promise.all([
    load(getCluster, { params: { id } }),
    load(listReachedLimits, { params: { id } }),
  ]);
  const { kafka_bootstrap_endpoint: bootstrap, http_endpoint: http, config } = cluster.spec;
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="empty:hidden lg:col-span-2">
        <ReachedLimits clusterId={cluster.id} initial={reached.data} />
      </div>
      <div className="grid grid-cols-1 gap-4">
        <UsageChart clusterId={cluster.id} />
        <QuickStart clusterId={cluster.id} bootstrap={bootstrap} />
      </div>
      <div className="grid grid-cols-1 gap-4">
        <FirstMessage clusterId={cluster.id} />
        <Connection bootstrap={bootstrap} http={http} kind={config.kind} />
      </div>
    </div>
  );
}
