'use client';

import { useQuery } from '@tanstack/react-query';
import { listPartitionSizes, listTopicPartitions, type TopicPartition } from '@weir/contracts/topics';
import { clsx } from 'clsx';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { bytesText, countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { leaderOf, type ReplicaState, replicasOf, summaryOf } from './partition-state.ts';

const refreshMs = 5_000;
/** Every leader is asked for them. */
const sizesRefreshMs = 30_000;
const shownAtFirst = 24;

interface Props {
  readonly clusterId: string;
  readonly topic: string;
  readonly initial: readonly TopicPartition[];
}

/** Where the topic lies: who leads each partition, who holds it, who of them is in sync, and how large it is. Follows what changes. */
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
  // Not everybody may ask for sizes, and brokers may be away: the rest of the table does not need them.
  const { data: sizes } = useQuery({
    queryKey: ['partitions', clusterId, topic, 'sizes'],
    queryFn: async ({ signal }) => {
      const params = { cluster_id: clusterId, topic_name: topic };
      const { data } = await call(listPartitionSizes, { params }, signal);
      return new Map(data.map((one) => [one.partition_id, one.size_bytes]));
    },
    refetchInterval: sizesRefreshMs,
    retry: false,
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
            <th scope="col" className="px-2 py-2 font-medium sm:w-24 sm:px-4">
              Partition
            </th>
            <th scope="col" className="px-2 py-2 font-medium sm:w-32 sm:px-4">
              Leader
            </th>
            <th scope="col" className="px-2 py-2 text-right font-medium sm:w-28 sm:px-4">
              Size
            </th>
            <th scope="col" className="px-2 py-2 font-medium sm:px-4">
              Replicas
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((partition) => (
            <Row
              key={partition.partition_id}
              partition={partition}
              sizeBytes={sizes?.get(partition.partition_id) ?? null}
            />
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

interface RowProps {
  readonly partition: TopicPartition;
  /** Null: not known. */
  readonly sizeBytes: number | null;
}

function Row({ partition, sizeBytes }: RowProps) {
  const leader = leaderOf(partition);
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="px-2 py-2 font-medium tabular-nums sm:px-4">
        {partition.partition_id}
      </th>
      <td className="px-2 py-2 whitespace-nowrap tabular-nums sm:px-4">
        {leader === null ? <span className="text-danger">No leader</span> : `Broker ${leader}`}
      </td>
      <td className="px-2 py-2 text-right whitespace-nowrap tabular-nums sm:px-4">
        {sizeBytes === null ? <span className="text-ink-soft">–</span> : bytesText(sizeBytes)}
      </td>
      <td className="px-2 py-2 sm:px-4">
        <ul className="flex flex-wrap gap-1.5">
          {replicasOf(partition).map((replica) => (
            <Replica key={replica.brokerId} replica={replica} />
          ))}
        </ul>
      </td>
    </tr>
  );
}

function Replica({ replica: { brokerId, isInSync, move, rack } }: { readonly replica: ReplicaState }) {
  const isExpected = isInSync || move === 'coming';
  return (
    <li
      className={clsx(
        'rounded-xl px-2 py-0.5 text-[12px] wrap-anywhere tabular-nums',
        isExpected ? 'bg-sunken text-ink' : 'bg-warn-wash font-medium text-warn',
      )}
    >
      Broker {brokerId}
      {rack !== null && <span className="max-sm:sr-only"> in {rack}</span>}
      {move === 'coming' && ', is getting a copy'}
      {isInSync && <span className="sr-only">, in sync</span>}
      {!isExpected && ', not in sync'}
      {move === 'going' && ', will let go of its copy'}
    </li>
  );
}
