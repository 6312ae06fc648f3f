import { getTopic, listTopicConfigs, listTopicPartitions } from '@weir/contracts/topics';
import type { Metadata } from 'next';
import Link from 'next/link';
import { load } from '../../../../../../api/server.ts';
import { AddPartitions } from '../../../../../../topics/add-partitions.tsx';
import { DeleteTopic } from '../../../../../../topics/delete-topic.tsx';
import { MessageList } from '../../../../../../topics/message-list.tsx';
import { PartitionTable } from '../../../../../../topics/partition-table.tsx';
import { TopicConfigs } from '../../../../../../topics/topic-configs.tsx';

interface Props {
  readonly params: Promise<{ id: string; topic: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).topic) };
}

export default async function TopicPage({ params }: Props) {
  const { id, topic } = await params;
  const names = { cluster_id: id, topic_name: decodeURIComponent(topic) };
  const [found, partitions, configs] = await Promise.all([
    load(getTopic, { params: names }),
    load(listTopicPartitions, { params: names }),
    load(listTopicConfigs, { params: names }),
  ]);
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <Link href={`/clusters/${id}/topics`} className="text-[13px] text-ink-soft hover:text-ink">
            ← Topics
          </Link>
          <h2 className="font-mono text-base font-semibold break-all">{found.topic_name}</h2>
          <p className="text-[13px] text-ink-soft">
            {found.partitions_count} {found.partitions_count === 1 ? 'partition' : 'partitions'},{' '}
            {found.replication_factor} {found.replication_factor === 1 ? 'replica' : 'replicas'}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <AddPartitions clusterId={id} topic={found.topic_name} count={found.partitions_count} />
          <DeleteTopic clusterId={id} topic={found.topic_name} />
        </div>
      </div>
      <MessageList clusterId={id} topic={found.topic_name} />
      <PartitionTable clusterId={id} topic={found.topic_name} initial={partitions.data} />
      <TopicConfigs configs={configs.data} />
    </div>
  );
}
