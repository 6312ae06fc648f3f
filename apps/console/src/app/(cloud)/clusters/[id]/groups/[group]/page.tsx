import { getConsumerGroup, listConsumerLags, listConsumers } from '@weir/contracts/consumer-groups';
import type { Metadata } from 'next';
import { load } from '../../../../../../api/server.ts';
import { GroupView } from '../../../../../../groups/group-view.tsx';

interface Props {
  readonly params: Promise<{ id: string; group: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).group) };
}

export default async function GroupPage({ params }: Props) {
  const { id, group } = await params;
  const names = { cluster_id: id, consumer_group_id: decodeURIComponent(group) };
  const [found, consumers, lags] = await Promise.all([
    load(getConsumerGroup, { params: names }),
    load(listConsumers, { params: names }),
    load(listConsumerLags, { params: names }),
  ]);
  return <GroupView clusterId={id} initial={{ group: found, consumers: consumers.data, lags: lags.data }} />;
}
