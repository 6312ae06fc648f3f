'use client';

import type { Cost, CostDimension } from '@weir/contracts/billing';
import { amountText, microsOf } from '@weir/contracts/words/amount-text';
import { meterNames, quantityText } from '@weir/contracts/words/meter-words';
import { monthName } from '@weir/contracts/words/month-name';
import { useState } from 'react';
import { sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Segments } from '../ui/segments.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { type Month, useCostsBy } from './use-costs.ts';

/** What people call things, by their ids. */
export interface Names {
  readonly cluster: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly principal: Readonly<Record<string, string>>;
}

const dimensions: readonly { readonly value: CostDimension; readonly words: string }[] = [
  { value: 'cluster', words: 'Cluster' },
  { value: 'meter', words: 'What for' },
  { value: 'principal', words: 'Who' },
  { value: 'api_key', words: 'Key' },
  { value: 'topic', words: 'Topic' },
  { value: 'environment', words: 'Environment' },
];

interface Props {
  readonly month: Month;
  /** As much of it as is to be compared. */
  readonly monthBefore: Month;
  /** Whether more of the month is to come. */
  readonly isRunning: boolean;
  readonly names: Names;
}

/** A month's costs by one dimension beside those of the month before as far as it had come then, the dearest first. */
export function CostTable({ isRunning, month, monthBefore, names }: Props) {
  const [by, setBy] = useState<CostDimension>('cluster');
  const { data, error } = useCostsBy(month, by);
  const { data: before } = useCostsBy(monthBefore, by, true);
  return (
    <Card
      title="Where it comes from"
      aside={<Segments name="By" options={dimensions} chosen={by} choose={setBy} />}
    >
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-24" />}
      {data !== undefined && data.data.length === 0 && (
        <p className="px-4 py-8 text-center text-ink-soft">Nothing was used in this month.</p>
      )}
      {data !== undefined && data.data.length > 0 && (
        <Rows
          rows={besideBefore(data.data, before?.data ?? [], by)}
          by={by}
          totals={{ now: data.total_amount, before: before?.total_amount ?? null }}
          words={
            isRunning
              ? { now: 'So far', before: `As far in ${monthName(monthBefore.from)}` }
              : { now: 'Cost', before: monthName(monthBefore.from) }
          }
          names={names}
        />
      )}
      {data !== undefined && data.metadata.total_size > data.data.length && (
        <p className="border-t border-line px-4 py-3 text-[13px] text-ink-soft">
          {countText(data.data.length)} of {countText(data.metadata.total_size)}. The API lists all of them:
          /billing/v1/costs.
        </p>
      )}
    </Card>
  );
}

/** A cost with what the same came to in the month before; null: nothing, or not among what was asked for. */
type CostBeside = Cost & { readonly before: string | null };

const nothing = '0.000000';

const besideBefore = (
  now: readonly Cost[],
  before: readonly Cost[],
  by: CostDimension,
): readonly CostBeside[] => {
  const then = new Map(before.map((row) => [row[by] ?? '', row]));
  const rows = now.map((row) => ({ ...row, before: then.get(row[by] ?? '')?.amount ?? null }));
  const known = new Set(now.map((row) => row[by] ?? ''));
  const gone = before
    .filter((row) => !known.has(row[by] ?? ''))
    .map(({ quantity: _, ...row }) => ({ ...row, before: row.amount, amount: nothing }));
  return [...rows, ...gone];
};

interface RowsProps {
  readonly rows: readonly CostBeside[];
  readonly by: CostDimension;
  readonly totals: { readonly now: string; readonly before: string | null };
  readonly words: { readonly now: string; readonly before: string };
  readonly names: Names;
}

const heading: Readonly<Record<CostDimension, string>> = {
  cluster: 'Cluster',
  meter: 'What for',
  principal: 'Who',
  api_key: 'Key',
  topic: 'Topic',
  environment: 'Environment',
};

/** On a narrow screen there is room for one month. */
const beforeClass = 'hidden sm:table-cell';

function Rows({ rows, by, totals, words, names }: RowsProps) {
  const sorted = rows.toSorted((one, other) => Number(microsOf(other.amount) - microsOf(one.amount)));
  return (
    <table className="w-full" data-testid="costs">
      <thead>
        <tr className="border-b border-line text-left text-[13px] text-ink-soft">
          <th scope="col" className="px-4 py-2 font-normal">
            {heading[by]}
          </th>
          {by === 'meter' && (
            <th scope="col" className="px-4 py-2 text-right font-normal">
              Used
            </th>
          )}
          <th scope="col" className={`px-4 py-2 text-right font-normal ${beforeClass}`}>
            {words.before}
          </th>
          <th scope="col" className="px-4 py-2 text-right font-normal">
            {words.now}
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <tr key={row[by]} className="border-b border-line last:border-0">
            <th scope="row" className="px-4 py-2 text-left font-normal wrap-anywhere">
              <Named row={row} by={by} names={names} />
            </th>
            {by === 'meter' && (
              <td className="px-4 py-2 text-right text-[13px] text-ink-soft tabular-nums">
                {row.meter !== undefined && row.quantity !== undefined
                  ? quantityText(row.meter, row.quantity)
                  : ''}
              </td>
            )}
            <td className={`px-4 py-2 text-right text-ink-soft tabular-nums ${beforeClass}`}>
              {row.before === null ? '' : amountText(row.before)}
            </td>
            <td className="px-4 py-2 text-right tabular-nums">{amountText(row.amount)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-t border-line-strong font-semibold">
          <th scope="row" className="px-4 py-2 text-left" colSpan={by === 'meter' ? 2 : 1}>
            All
          </th>
          <td className={`px-4 py-2 text-right text-ink-soft tabular-nums ${beforeClass}`}>
            {totals.before === null ? '' : amountText(totals.before)}
          </td>
          <td className="px-4 py-2 text-right tabular-nums">{amountText(totals.now)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function Named({
  row,
  by,
  names,
}: {
  readonly row: Cost;
  readonly by: CostDimension;
  readonly names: Names;
}) {
  const value = row[by] ?? '';
  if (row.meter !== undefined && by === 'meter') return meterNames[row.meter];
  if (by === 'topic') return value === '' ? <Soft>Not of a topic</Soft> : <code>{value}</code>;
  if (by === 'meter') return value;
  if (by === 'api_key')
    return value === '' ? <Soft>Without a key</Soft> : <code className="break-all">{value}</code>;
  const name = names[by][value];
  if (value === '') return <Soft>Clusters themselves</Soft>;
  return (
    <>
      {name ?? <Soft>Deleted</Soft>} <span className="font-mono text-[13px] text-ink-soft">{value}</span>
    </>
  );
}

function Soft({ children }: { readonly children: string }) {
  return <span className="text-ink-soft">{children}</span>;
}
