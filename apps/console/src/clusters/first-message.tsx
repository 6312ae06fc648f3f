'use client';

import { useQuery } from '@tanstack/react-query';
import { type KafkaRecord, readRecords } from '@weir/contracts/records';
import { listTopics } from '@weir/contracts/topics';
import Link from 'next/link';
import { call, sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { CodeBlock } from '../ui/code-block.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';

const waitingMs = 1_500;
/** A cluster with more topics has left its first message long behind. */
const topicsMax = 5;

interface Found {
  readonly topic: string;
  readonly record: KafkaRecord;
}

/** The oldest record there is in the first few topics, or null. */
async function findRecord(clusterId: string, signal: AbortSignal): Promise<Found | null> {
  const topics = await call(listTopics, { params: { cluster_id: clusterId } }, signal);
  for (const { topic_name: topic } of topics.data.slice(0, topicsMax)) {
    const params = { cluster_id: clusterId, topic_name: topic };
    const records = await call(readRecords, { params, query: { from: 'newest', limit: 1 } }, signal);
    const [record] = records.data;
    if (record !== undefined) return { topic, record };
  }
  return null;
}

/** Waits for the first message and shows it arrive. */
export function FirstMessage({ clusterId }: { readonly clusterId: string }) {
  const { data, error } = useQuery({
    queryKey: ['first-message', clusterId],
    queryFn: ({ signal }) => findRecord(clusterId, signal),
    // What is read counts as the tenant’s egress, so nothing is asked once there is something to show.
    refetchInterval: (query) => (query.state.data == null ? waitingMs : false),
  });
  return (
    <Card title="Messages">
      <div className="grid grid-cols-1 gap-3 p-4" aria-live="polite">
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
        {data == null ? <Waiting /> : <Arrived clusterId={clusterId} found={data} />}
      </div>
    </Card>
  );
}

function Waiting() {
  return (
    <div className="flex items-center gap-3">
      <span aria-hidden="true" className="relative flex size-3 shrink-0">
        <span className="absolute size-full motion-safe:animate-ping rounded-full bg-accent opacity-60" />
        <span className="size-full rounded-full bg-accent" />
      </span>
      <div>
        <p className="font-medium">Waiting for your first message</p>
        <p className="text-[13px] text-ink-soft">Run a snippet; it shows here as it arrives.</p>
      </div>
    </div>
  );
}

function Arrived({ clusterId, found }: { readonly clusterId: string; readonly found: Found }) {
  const { topic, record } = found;
  return (
    <>
      <div>
        <p className="font-medium text-good">A message has arrived</p>
        <p className="text-[13px] text-ink-soft">
          in{' '}
          <Link
            href={`/clusters/${clusterId}/topics/${encodeURIComponent(topic)}`}
            className="text-accent underline underline-offset-2"
          >
            {topic}
          </Link>
          , partition {record.partition_id}, offset {record.offset}
          {record.timestamp !== null && `, ${dateText(record.timestamp)}`}
        </p>
      </div>
      <CodeBlock label="The message" className="max-h-40 [&>pre]:whitespace-pre-wrap" testId="first-message">
        {record.value?.data ?? '(no value)'}
      </CodeBlock>
    </>
  );
}
