'use client';

import { useQuery } from '@tanstack/react-query';
import { listTopics, type Topic } from '@weir/contracts/topics';
import { Plus } from 'lucide-react';
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
import { CreateTopicDialog } from './create-topic-dialog.tsx';

const refreshMs = 5_000;

export function TopicTable({ clusterId }: { readonly clusterId: string }) {
  const [creating, setCreating] = useState(false);
  const [search, setSearch] = useState('');
  const { data, error } = useQuery({
    queryKey: ['topics', clusterId],
    queryFn: ({ signal }) => call(listTopics, { params: { cluster_id: clusterId } }, signal),
    refetchInterval: refreshMs,
  });
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden="true" size={16} />
      Create topic
    </Button>
  );
  const shown = data?.data.filter((topic) => topic.topic_name.includes(search)) ?? [];
  return (
    <div className="grid grid-cols-1 gap-4">
      {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      {data === undefined && error === null && <Skeleton className="h-40" />}
      {data?.data.length === 0 && (
        <EmptyState title="No topics yet" action={create}>
          A topic is where messages of one kind go. Create one here, or let a client with permission create it
          by producing to it.
        </EmptyState>
      )}
      {data !== undefined && data.data.length > 0 && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-3">
            <input
              type="search"
              aria-label="Filter topics by name"
              placeholder="Filter by name"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              className={`${inputClass} max-w-64`}
            />
            {create}
          </div>
          <Topics clusterId={clusterId} topics={shown} />
        </>
      )}
      <CreateTopicDialog clusterId={clusterId} open={creating} onOpenChange={setCreating} />
    </div>
  );
}

const columns = [
  { text: 'Topic' },
  { text: 'Partitions', isNumber: true },
  { text: 'Replicas', isNumber: true, isWide: true },
];

function Topics({ clusterId, topics }: { readonly clusterId: string; readonly topics: readonly Topic[] }) {
  return (
    <Card>
      <Table columns={columns}>
        {topics.map((topic) => (
          <tr key={topic.topic_id} className="border-b border-line last:border-0 hover:bg-sunken">
            <th scope="row" className="px-2 py-2 sm:px-4 font-medium">
              <Link
                href={`/clusters/${clusterId}/topics/${encodeURIComponent(topic.topic_name)}`}
                className="break-all text-accent underline-offset-2 hover:underline"
              >
                {topic.topic_name}
              </Link>
            </th>
            <td className="px-2 py-2 sm:px-4 text-right tabular-nums">{countText(topic.partitions_count)}</td>
            <td className="hidden px-2 py-2 sm:px-4 text-right tabular-nums sm:table-cell">
              {topic.replication_factor}
            </td>
          </tr>
        ))}
        {topics.length === 0 && (
          <tr>
            <td colSpan={3} className="px-4 py-6 text-center text-ink-soft">
              No topic has that in its name.
            </td>
          </tr>
        )}
      </Table>
    </Card>
  );
}
