import { getCluster } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { load } from '../../../../../api/server.ts';
import { KeyList } from '../../../../../keys/key-list.tsx';

export const metadata: Metadata = { title: 'API keys' };

export default async function KeysPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id, spec } = await load(getCluster, { params: await params });
  return <KeyList goal={{ id, bootstrap: spec.kafka_bootstrap_endpoint }} clusters={null} />;
}
