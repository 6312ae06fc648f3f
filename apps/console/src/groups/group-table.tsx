'use client';

import { useQuery } from '@tanstack/react-query';
import {
  type ConsumerGroup,
  getConsumerLagSummary,
  listConsumerGroups,
} from '@weir/contracts/consumer-groups';
import Link from 'next/link';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { inputClass } from '../ui/field.tsx';
import { countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Table } from '../ui/table.tsx';
import { GroupBadge } from './group-badge.tsx';

const refreshMs = 10_000;
/** Each is a question of its own to the group's coordinator and to the leaders of what it reads. */
const lagRefreshMs = 20_000;
const shownAtFirst = 25;

/** The groups of a cluster: what they do, and how far they are behind. */
export function GroupTable({ clusterId }: { readonly clusterId: string }) {
  const [search, setSearch] = useState('');
  const { data, error } = useQuery({
    queryKey: ['groups', clusterId],
    queryFn: ({ signal }) => call(listConsumerGroups, { params: { cluster_id: clusterId } }, signal),
    refetchInterval: refreshMs,
  });
  const found = data?.data.filter((group) => group.consumer_group_id.includes(search)) ?? [];
  return (
    <div className="grid grid-cols-1 gap-4">
      {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      {data === undefined && error === null && <Skeleton className="h-40" />}
      {data?.data.length === 0 && (
        <EmptyState title="No consumer groups yet">
          Consumers that share the work of reading form a group. It shows here once a client with a{' '}
          <code className="font-mono text-[13px]">group.id</code> reads, or commits an offset.
        </EmptyState>
      )}
      {data !== undefined && data.data.length > 0 && (
        <>
          <input
            type="search"
            aria-label="Filter groups by name"
            placeholder="Filter by name"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className={`${inputClass} max-w-64`}
          />
          <Groups key={search} clusterId={clusterId} groups={found} />
        </>
      )}
    </div>
  );
}

const columns = [{ text: 'Group' }, { text: 'State' }, { text: 'Behind', isNumber: true }];

interface GroupsProps {
  readonly clusterId: string;
  readonly groups: readonly ConsumerGroup[];
}

function Groups({ clusterId, groups }: GroupsProps) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? groups : groups.slice(0, shownAtFirst);
  return (
    <Card>
      <Table columns={columns}>
        {shown.map((group) => (
          <tr key={group.consumer_group_id} className="border-b border-line last:border-0 hover:bg-sunken">
            <th scope="row" className="px-2 py-2 sm:px-4 font-medium">
              <Link
                href={`/clusters/${clusterId}/groups/${encodeURIComponent(group.consumer_group_id)}`}
                className="break-all text-accent underline-offset-2 hover:underline"
              >
                {group.consumer_group_id}
              </Link>
            </th>
            <td className="px-2 py-2 sm:px-4">
              <GroupBadge state={group.state} />
            </td>
            <td className="px-2 py-2 sm:px-4 text-right tabular-nums">
              <Behind clusterId={clusterId} groupId={group.consumer_group_id} />
            </td>
          </tr>
        ))}
        {groups.length === 0 && (
          <tr>
            <td colSpan={3} className="px-4 py-6 text-center text-ink-soft">
              No group has that in its name.
            </td>
          </tr>
        )}
      </Table>
      {shown.length < groups.length && (
        <div className="border-t border-line p-3 text-center">
          <Button onClick={() => setShowsAll(true)}>Show all {countText(groups.length)} groups</Button>
        </div>
      )}
    </Card>
  );
}

/** Of all that a group has committed, in messages. */
function Behind({ clusterId, groupId }: { readonly clusterId: string; readonly groupId: string }) {
  const { data, isPending } = useQuery({
    queryKey: ['groups', clusterId, groupId, 'behind'],
    queryFn: ({ signal }) => {
      const params = { cluster_id: clusterId, consumer_group_id: groupId };
      return call(getConsumerLagSummary, { params }, signal);
    },
    refetchInterval: lagRefreshMs,
    retry: false,
  });
  if (isPending) return <Skeleton className="ml-auto h-4 w-10" />;
  // Whoever may see the group may not be allowed to see what it reads, and brokers may be away.
  if (data === undefined) return <span className="text-ink-soft">Not known</span>;
  if (data.max_lag_partition_id < 0) return <span className="text-ink-soft">Nothing read yet</span>;
  return countText(data.total_lag);
}
