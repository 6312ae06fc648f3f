'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  type KafkaRecord,
  readRecords,
  type ShownBytes,
  type UnreadableBatch,
} from '@weir/contracts/records';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { bytesText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const tailMs = 2_000;
const shownMax = 50;
/** Notices at a time; a topic full of damaged batches must not push its messages off the page. */
const missingShownMax = 5;

type From = 'newest' | 'earliest';

/** What is in the topic: the newest messages as they come, or the oldest. */
export function MessageList({ clusterId, topic }: { readonly clusterId: string; readonly topic: string }) {
  const [from, setFrom] = useState<From>('newest');
  const { data, error } = useQuery({
    queryKey: ['records', clusterId, topic, from],
    queryFn: ({ signal }) =>
      call(
        readRecords,
        { params: { cluster_id: clusterId, topic_name: topic }, query: { from, limit: shownMax } },
        signal,
      ),
    refetchInterval: from === 'newest' ? tailMs : false,
    placeholderData: keepPreviousData,
  });
  return (
    <Card title="Messages" aside={<Order from={from} choose={setFrom} />}>
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-32" />}
      {data !== undefined && <Missing unreadable={data.unreadable} complete={data.complete} />}
      {data?.data.length === 0 && data.unreadable.length === 0 && data.complete && (
        <p className="px-4 py-8 text-center text-ink-soft">
          No messages yet. What clients produce shows here within seconds.
        </p>
      )}
      {data !== undefined && data.data.length > 0 && <Records records={data.data} />}
    </Card>
  );
}

/** What belongs here and is not here, so that nobody takes a gap for an empty topic. */
function Missing({
  unreadable,
  complete,
}: {
  readonly unreadable: readonly UnreadableBatch[];
  readonly complete: boolean;
}) {
  if (unreadable.length === 0 && complete) return null;
  return (
    <div className="grid gap-2 border-b border-line p-4">
      {unreadable.slice(0, missingShownMax).map((batch) => (
        <Notice key={`${batch.partition_id}/${batch.first_offset}`} tone="warn">
          {missingText(batch)}
        </Notice>
      ))}
      {unreadable.length > missingShownMax && (
        <Notice tone="warn">{unreadable.length - missingShownMax} more batches cannot be shown.</Notice>
      )}
      {!complete && (
        <Notice tone="warn">
          Reading took too long, so some messages are missing here. A consumer reads all of them.
        </Notice>
      )}
    </div>
  );
}

function missingText({ partition_id, first_offset, last_offset, reason }: UnreadableBatch): string {
  const where =
    first_offset === last_offset
      ? `Offset ${first_offset} of partition ${partition_id}`
      : `Offsets ${first_offset} to ${last_offset} of partition ${partition_id}`;
  return reason === 'UNDECODABLE'
    ? `${where} cannot be shown: the batch is damaged, or larger than 32 MiB when it is decompressed.`
    : `${where} cannot be shown here: decoding the batch took too much time or memory.`;
}

function Order({ from, choose }: { readonly from: From; readonly choose: (from: From) => void }) {
  return (
    <label className="flex items-center gap-2 text-[13px] text-ink-soft">
      Show
      <select
        value={from}
        onChange={(event) => choose(event.target.value === 'earliest' ? 'earliest' : 'newest')}
        className="h-8 rounded-md border border-line-strong bg-surface px-2 text-ink"
      >
        <option value="newest">newest, live</option>
        <option value="earliest">oldest first</option>
      </select>
    </label>
  );
}

function Records({ records }: { readonly records: readonly KafkaRecord[] }) {
  return (
    <ul>
      {records.map((record) => (
        <li key={`${record.partition_id}/${record.offset}`} className="border-b border-line last:border-0">
          <details className="group">
            <summary className="grid cursor-pointer grid-cols-[minmax(0,1fr)] gap-x-4 gap-y-0.5 px-4 py-2 hover:bg-sunken md:grid-cols-[11rem_7rem_10rem_minmax(0,1fr)]">
              <span className="text-[13px] text-ink-soft tabular-nums">
                {record.timestamp?.slice(0, 23).replace('T', ' ') ?? 'no valid time'}
              </span>
              <span className="text-[13px] text-ink-soft tabular-nums">
                {record.partition_id} / {record.offset}
              </span>
              <span className="truncate font-mono text-[13px]">{record.key?.data ?? '—'}</span>
              <span className="truncate font-mono text-[13px]">{record.value?.data ?? '(no value)'}</span>
            </summary>
            <dl className="grid gap-3 border-t border-line bg-sunken px-4 py-3">
              <Bytes name="Key" bytes={record.key} />
              <Bytes name="Value" bytes={record.value} />
              {record.headers.map((header, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: headers may repeat and have no identity but their place.
                <Bytes key={index} name={`Header ${header.name}`} bytes={header.value} />
              ))}
              {record.headers_total > record.headers.length && (
                <p className="text-[13px] text-ink-soft">
                  {record.headers.length} of {record.headers_total} headers are shown.
                </p>
              )}
            </dl>
          </details>
        </li>
      ))}
    </ul>
  );
}

function Bytes({ name, bytes }: { readonly name: string; readonly bytes: ShownBytes | null }) {
  return (
    <div>
      <dt className="text-[13px] text-ink-soft">
        {name}
        {bytes !== null &&
          ` · ${bytes.encoding}, ${bytesText(bytes.size_bytes)}${bytes.truncated ? ', shortened' : ''}`}
      </dt>
      <dd className="font-mono text-[13px] break-words whitespace-pre-wrap">
        {bytes === null ? 'null' : bytes.encoding === 'json' ? pretty(bytes) : bytes.data}
      </dd>
    </div>
  );
}

/** Indented where it is whole; what was shortened is no JSON any more. */
function pretty(bytes: ShownBytes): string {
  return bytes.truncated ? bytes.data : JSON.stringify(JSON.parse(bytes.data), null, 2);
}
