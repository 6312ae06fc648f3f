import { getCluster } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { load } from '../../../../../api/server.ts';
import { KeyList } from '../../../../../keys/key-list.tsx';
import { bootstrapOf } from '../../../../../snippets/bootstrap.ts';

export const metadata: Metadata = { title: 'API keys' };

export default async function KeysPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const { id, spec } = await load(getCluster, { params: await params });
  return <KeyList goal={{ id, bootstrap: bootstrapOf(spec) }} clusters={null} />;
}
