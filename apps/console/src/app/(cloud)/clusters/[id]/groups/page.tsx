import type { Metadata } from 'next';
import { GroupTable } from '../../../../../groups/group-table.tsx';

export const metadata: Metadata = { title: 'Consumer groups' };

export default async function GroupsPage({ params }: { readonly params: Promise<{ id: string }> }) {
  return <GroupTable clusterId={(await params).id} />;
}
