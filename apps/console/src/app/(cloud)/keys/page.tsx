import { listClusters } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { load } from '../../../api/server.ts';
import { KeyList } from '../../../keys/key-list.tsx';

export const metadata: Metadata = { title: 'API keys' };

export default async function KeysPage() {
  const clusters = await load(listClusters, { query: { page_size: 100 } });
  const named = clusters.data.map(({ id, spec }) => ({ id: String(id), name: spec.display_name }));
  return (
    <div className="grid grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">API keys</h1>
        <p className="text-ink-soft">
          All keys of this organization: who they act for, what they open, and who used them last.
        </p>
      </div>
      <KeyList goal="cloud" clusters={named} />
    </div>
  );
}
