'use client';

import { useQuery } from '@tanstack/react-query';
import { listTopicPartitions, type TopicPartition } from '@weir/contracts/topics';
import { clsx } from 'clsx';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { leaderOf, type ReplicaState, replicasOf, summaryOf } from './partition-state.ts';

const refreshMs = 5_000;
const shownAtFirst = 24;

interface Props {
  readonly clusterId: string;
  readonly topic: string;
  readonly initial: readonly TopicPartition[];
}

/** Where the topic lies: who leads each partition, who holds it, and who of them is in sync. Follows what changes. */
export function PartitionTable({ clusterId, topic, initial }: Props) {
  const [showsAll, setShowsAll] = useState(false);
  const { data: partitions, error } = useQuery({
    queryKey: ['partitions', clusterId, topic],
    queryFn: async ({ signal }) => {
      const params = { cluster_id: clusterId, topic_name: topic };
      return (await call(listTopicPartitions, { params }, signal)).data;
    },
    initialData: [...initial],
    refetchInterval: refreshMs,
  });
  const shown = showsAll ? partitions : partitions.slice(0, shownAtFirst);
  return (
    <Card title="Partitions" aside={<p className="text-[13px] text-ink-soft">{summaryOf(partitions)}</p>}>
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      <table className="w-full text-left">
        <thead className="text-[13px] text-ink-soft">
          <tr className="border-b border-line">
            <th scope="col" className="w-24 px-4 py-2 font-medium">
              Partition
            </th>
            <th scope="col" className="w-32 px-4 py-2 font-medium">
              Leader
            </th>
            <th scope="col" className="px-4 py-2 font-medium">
              Replicas
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((partition) => (
            <Row key={partition.partition_id} partition={partition} />
          ))}
        </tbody>
      </table>
      {shown.length < partitions.length && (
        <div className="border-t border-line p-3 text-center">
          <Button onClick={() => setShowsAll(true)}>
            Show all {countText(partitions.length)} partitions
          </Button>
        </div>
      )}
    </Card>
  );
}

function Row({ partition }: { readonly partition: TopicPartition }) {
  const leader = leaderOf(partition);
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="px-4 py-2 font-medium tabular-nums">
        {partition.partition_id}
      </th>
      <td className="px-4 py-2 whitespace-nowrap tabular-nums">
        {leader === null ? <span className="text-danger">No leader</span> : `Broker ${leader}`}
      </td>
      <td className="px-4 py-2">
        <ul className="flex flex-wrap gap-1.5">
          {replicasOf(partition).map((replica) => (
            <Replica key={replica.brokerId} replica={replica} />
          ))}
        </ul>
      </td>
    </tr>
  );
}

function Replica({ replica: { brokerId, isInSync } }: { readonly replica: ReplicaState }) {
  return (
    <li
      className={clsx(
        'rounded-full px-2 py-0.5 text-[12px] whitespace-nowrap tabular-nums',
        isInSync ? 'bg-sunken text-ink' : 'bg-warn-wash font-medium text-warn',
      )}
    >
      Broker {brokerId}
      {isInSync ? <span className="sr-only">, in sync</span> : ', not in sync'}
    </li>
  );
}
