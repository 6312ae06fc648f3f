'use client';

import type { ConsumerLag } from '@weir/contracts/consumer-groups';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { countText } from '../ui/figures.ts';
import { Table } from '../ui/table.tsx';
import type { TopicLag } from './lag-by-topic.ts';

const shownAtFirst = 24;

interface Props {
  readonly clusterId: string;
  readonly topics: readonly TopicLag[];
}

/** How far a group is behind, by topic and partition. */
export function GroupLags({ clusterId, topics }: Props) {
  if (topics.length === 0) {
    return (
      <Card title="What it reads">
        <p className="px-4 py-6 text-center text-ink-soft">
          It has not committed an offset yet. Consumers do so every few seconds by default.
        </p>
      </Card>
    );
  }
  return topics.map((topic) => <Topic key={topic.topic} clusterId={clusterId} lag={topic} />);
}

const columns = [
  { text: 'Partition' },
  { text: 'Committed', isNumber: true, isWide: true },
  { text: 'End', isNumber: true, isWide: true },
  { text: 'Behind', isNumber: true },
  { text: 'Read by' },
];

function Topic({ clusterId, lag }: { readonly clusterId: string; readonly lag: TopicLag }) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? lag.partitions : lag.partitions.slice(0, shownAtFirst);
  return (
    <Card
      title={lag.topic}
      aside={
        <p className="text-[13px] text-ink-soft">
          {countText(lag.total)} behind,{' '}
          <Link
            href={`/clusters/${clusterId}/topics/${encodeURIComponent(lag.topic)}`}
            className="text-accent underline-offset-2 hover:underline"
          >
            open topic
          </Link>
        </p>
      }
    >
      <Table columns={columns}>
        {shown.map((each) => (
          <Row key={each.partition_id} lag={each} />
        ))}
      </Table>
      {shown.length < lag.partitions.length && (
        <div className="border-t border-line p-3 text-center">
          <Button onClick={() => setShowsAll(true)}>
            Show all {countText(lag.partitions.length)} partitions
          </Button>
        </div>
      )}
    </Card>
  );
}

function Row({ lag }: { readonly lag: ConsumerLag }) {
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="px-2 py-2 font-medium tabular-nums sm:px-4">
        {lag.partition_id}
      </th>
      <td className="hidden px-4 py-2 text-right tabular-nums sm:table-cell">
        {countText(lag.current_offset)}
      </td>
      <td className="hidden px-4 py-2 text-right tabular-nums sm:table-cell">
        {countText(lag.log_end_offset)}
      </td>
      <td className="px-2 py-2 text-right font-medium tabular-nums sm:px-4">{countText(lag.lag)}</td>
      <td className="px-2 py-2 sm:px-4">
        {lag.consumer_id === '' ? (
          <span className="text-ink-soft">Nobody</span>
        ) : (
          <span className="break-all">{lag.instance_id ?? lag.client_id}</span>
        )}
      </td>
    </tr>
  );
}
