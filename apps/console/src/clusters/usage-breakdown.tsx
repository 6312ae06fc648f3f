'use client';

import { useQuery } from '@tanstack/react-query';
import { type BreakdownBy, getUsageBreakdown, type SummedMeter } from '@weir/contracts/usage';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { useOwners } from '../keys/use-owners.ts';
import { Card } from '../ui/card.tsx';
import { bytesText, countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Segments } from '../ui/segments.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Table } from '../ui/table.tsx';
import { type BreakdownRow, breakdownRows } from './breakdown-rows.ts';

const dimensions: readonly { readonly value: BreakdownBy; readonly words: string }[] = [
  { value: 'topic', words: 'Topic' },
  { value: 'principal', words: 'Who' },
  { value: 'key', words: 'Key' },
];

const hourMs = 3_600_000;
const spans = [
  { value: hourMs, words: '1 hour' },
  { value: 24 * hourMs, words: '1 day' },
  { value: 30 * 24 * hourMs, words: '30 days' },
] as const;

/** What is told of is whole minutes: the one that is running is told of when the next has begun. */
const minuteMs = 60_000;
/** With the window of ten seconds, what is used stands here within 15 s. */
const refreshMs = 3_000;
const shown = 10;

/** Who moved how much in a span that ends now, beside as long a span before it. */
export function UsageBreakdown({ clusterId }: { readonly clusterId: string }) {
  const [by, setBy] = useState<BreakdownBy>('topic');
  const [span, setSpan] = useState<number>(hourMs);
  const now = useBreakdown(clusterId, { by, span, ago: 0 });
  const before = useBreakdown(clusterId, { by, span, ago: span });
  return (
    <Card
      title="Who uses it"
      aside={
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          <Segments name="By" options={dimensions} chosen={by} choose={setBy} />
          <Segments name="Time span of use" options={spans} chosen={span} choose={setSpan} />
        </div>
      }
    >
      {now.error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(now.error)}</Notice>
        </div>
      )}
      {now.data === undefined && now.error === null && <Skeleton className="m-4 h-24" />}
      {now.data !== undefined && (
        <Rows by={by} rows={breakdownRows(now.data.data, before.data?.data ?? [])} />
      )}
    </Card>
  );
}

const meter: SummedMeter[] = ['bytes_in', 'bytes_out'];

interface Asked {
  readonly by: BreakdownBy;
  readonly span: number;
  readonly ago: number;
}

function useBreakdown(clusterId: string, { ago, by, span }: Asked) {
  return useQuery({
    queryKey: ['usage-breakdown', clusterId, by, span, ago],
    queryFn: ({ signal }) => {
      const to = Math.ceil(Date.now() / minuteMs) * minuteMs - ago;
      const query = { by, meter, from: new Date(to - span).toISOString(), to: new Date(to).toISOString() };
      return call(getUsageBreakdown, { params: { id: clusterId }, query }, signal);
    },
    // What is past changes as slowly as the minute goes on.
    refetchInterval: ago === 0 ? refreshMs : minuteMs,
  });
}

const beforeClass = 'hidden sm:table-cell text-ink-soft';

function Rows({ by, rows }: { readonly by: BreakdownBy; readonly rows: readonly BreakdownRow[] }) {
  if (rows.length === 0)
    return <p className="px-4 py-8 text-center text-ink-soft">Nothing was written or read in this time.</p>;
  return (
    <>
      <Table
        columns={[
          { text: nameOf(by) },
          { text: 'Written before', isNumber: true, isWide: true },
          { text: 'Written', isNumber: true },
          { text: 'Read before', isNumber: true, isWide: true },
          { text: 'Read', isNumber: true },
        ]}
      >
        {rows.slice(0, shown).map((row) => (
          <tr key={row.name} className="border-b border-line last:border-0">
            <th scope="row" className="px-2 py-2 text-left font-normal wrap-anywhere sm:px-4">
              <Name by={by} name={row.name} />
            </th>
            <Bytes className={beforeClass} bytes={row.bytesInBefore} />
            <Bytes bytes={row.bytesIn} />
            <Bytes className={beforeClass} bytes={row.bytesOutBefore} />
            <Bytes bytes={row.bytesOut} />
          </tr>
        ))}
      </Table>
      {rows.length > shown && (
        <p className="border-t border-line px-4 py-3 text-[13px] text-ink-soft">
          The {shown} that moved most, of {countText(rows.length)}. The API lists them: /usage/v1.
        </p>
      )}
    </>
  );
}

const nameOf = (by: BreakdownBy) => dimensions.find(({ value }) => value === by)?.words ?? '';

function Bytes({ bytes, className = '' }: { readonly bytes: number; readonly className?: string }) {
  return (
    <td className={`px-2 py-2 text-right tabular-nums sm:px-4 ${className}`}>
      {bytes === 0 ? '–' : bytesText(bytes)}
    </td>
  );
}

function Name({ by, name }: { readonly by: BreakdownBy; readonly name: string }) {
  const id = name.replace(/^User:/, '');
  return by === 'principal' ? <OwnerName id={id} /> : <code className="text-[13px]">{id}</code>;
}

function OwnerName({ id }: { readonly id: string }) {
  const owner = useOwners().find((each) => each.id === id);
  return (
    <>
      {owner?.name} <code className="text-[13px] text-ink-soft">{id}</code>
    </>
  );
}
