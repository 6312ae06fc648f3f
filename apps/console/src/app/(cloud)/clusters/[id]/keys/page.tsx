import { getCluster } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { load } from '../../../../../api/server.ts';
import { KeyTable } from '../../../../../keys/key-table.tsx';

export const metadata: Metadata = { title: 'API keys' };

export default async function KeysPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const cluster = await load(getCluster, { params: await params });
  return <KeyTable clusterId={cluster.id} bootstrap={cluster.spec.kafka_bootstrap_endpoint} />;
}
