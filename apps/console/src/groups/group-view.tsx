'use client';

import { useQuery } from '@tanstack/react-query';
import {
  type Consumer,
  type ConsumerGroup,
  type ConsumerLag,
  getConsumerGroup,
  listConsumerLags,
  listConsumers,
} from '@weir/contracts/consumer-groups';
import Link from 'next/link';
import { call, sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Table } from '../ui/table.tsx';
import { GroupBadge } from './group-badge.tsx';
import { GroupLags } from './group-lags.tsx';
import { lagByTopic, totalOf } from './lag-by-topic.ts';
import { ResetOffsets } from './reset-offsets.tsx';

const refreshMs = 5_000;

interface Shown {
  readonly group: ConsumerGroup;
  readonly consumers: readonly Consumer[];
  readonly lags: readonly ConsumerLag[];
}

interface Props {
  readonly clusterId: string;
  readonly initial: Shown;
}

/** One group: who is in it, what each reads, and how far behind. Follows what changes. */
export function GroupView({ clusterId, initial }: Props) {
  const groupId = initial.group.consumer_group_id;
  const { data, error } = useQuery({
    queryKey: ['groups', clusterId, groupId],
    queryFn: async ({ signal }): Promise<Shown> => {
      const params = { cluster_id: clusterId, consumer_group_id: groupId };
      const [group, consumers, lags] = await Promise.all([
        call(getConsumerGroup, { params }, signal),
        call(listConsumers, { params }, signal),
        call(listConsumerLags, { params }, signal),
      ]);
      return { group, consumers: consumers.data, lags: lags.data };
    },
    initialData: initial,
    refetchInterval: refreshMs,
  });
  const { group, consumers, lags } = data;
  const topics = lagByTopic(lags);
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <Link href={`/clusters/${clusterId}/groups`} className="text-[13px] text-ink-soft hover:text-ink">
            ← Consumer groups
          </Link>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h2 className="font-mono text-base font-semibold break-all">{groupId}</h2>
            <GroupBadge state={group.state} />
          </div>
          <p className="text-[13px] text-ink-soft">
            {countText(totalOf(lags))} {totalOf(lags) === 1 ? 'message' : 'messages'} behind
            {group.partition_assignor !== '' && `, partitions shared out by ${group.partition_assignor}`}
          </p>
        </div>
        <ResetOffsets
          clusterId={clusterId}
          groupId={groupId}
          topics={topics.map(({ topic }) => topic)}
          isBusy={consumers.length > 0}
        />
      </div>
      {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      <GroupLags clusterId={clusterId} topics={topics} />
      <Members consumers={consumers} lags={lags} />
    </div>
  );
}

const memberColumns = [
  { text: 'Client' },
  { text: 'Partitions', isNumber: true },
  { text: 'Behind', isNumber: true },
];

function Members({ consumers, lags }: Pick<Shown, 'consumers' | 'lags'>) {
  if (consumers.length === 0) {
    return (
      <Card title="Members">
        <p className="px-4 py-6 text-center text-ink-soft">
          Nobody is in the group. What it has committed is kept, and read on from when somebody comes back.
        </p>
      </Card>
    );
  }
  const own = Map.groupBy(lags, (each) => each.consumer_id);
  return (
    <Card title="Members">
      <Table columns={memberColumns}>
        {consumers.map(({ client_id, consumer_id, instance_id }) => (
          <tr key={consumer_id} className="border-b border-line last:border-0">
            <th scope="row" className="px-2 py-2 sm:px-4 font-medium">
              <span className="break-all">{instance_id ?? client_id}</span>
              <span className="block font-mono text-[12px] font-normal break-all text-ink-soft">
                {consumer_id}
              </span>
            </th>
            <td className="px-2 py-2 sm:px-4 text-right tabular-nums">
              {countText(own.get(consumer_id)?.length ?? 0)}
            </td>
            <td className="px-2 py-2 sm:px-4 text-right tabular-nums">
              {countText(totalOf(own.get(consumer_id) ?? []))}
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
