import { getCluster } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { load } from '../../../../../api/server.ts';
import { ClientQuotaCard } from '../../../../../limits/client-quota-card.tsx';
import { LimitCard } from '../../../../../limits/limit-card.tsx';

export const metadata: Metadata = { title: 'Limits' };

export default async function LimitsPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id, spec } = await load(getCluster, { params: await params });
  return (
    <div className="grid max-w-3xl grid-cols-1 gap-4">
      <LimitCard
        title={`What a ${spec.config.kind} cluster may use`}
        query={{ scope: 'KAFKA_CLUSTER', kafka_cluster: id }}
      />
      <ClientQuotaCard clusterId={id} environmentId={spec.environment.id} />
      <LimitCard title="What your organization may have" query={{ scope: 'ORGANIZATION' }} />
    </div>
  );
}
