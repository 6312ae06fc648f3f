import type { Metadata } from 'next';
import { TopicTable } from '../../../../../topics/topic-table.tsx';

export const metadata: Metadata = { title: 'Topics' };

export default async function TopicsPage({ params }: { readonly params: Promise<{ id: string }> }) {
  return <TopicTable clusterId={(await params).id} />;
}
