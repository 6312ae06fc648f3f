'use client';

import type { UsageGranularity, UsagePoint } from '@weir/contracts/usage';
import { clsx } from 'clsx';
import { useState } from 'react';
import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { bytesText, clockText, countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Segments } from '../ui/segments.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useUsage } from './use-usage.ts';

const spans: readonly { readonly value: UsageGranularity; readonly words: string }[] = [
  { value: 'PT10S', words: '15 min' },
  { value: 'PT1M', words: '90 min' },
  { value: 'PT1H', words: '4 days' },
];

/** Bytes in and out as they happen; the newest point is at most some seconds old. */
export function UsageChart({ clusterId }: { readonly clusterId: string }) {
  const [granularity, setGranularity] = useState<UsageGranularity>('PT10S');
  const { data, error } = useUsage(clusterId, granularity);
  return (
    <Card
      title="Throughput"
      aside={<Segments name="Time span" options={spans} chosen={granularity} choose={setGranularity} />}
    >
      <div className="grid gap-3 p-4">
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
        {data === undefined ? (
          error === null && <Skeleton className="h-64" />
        ) : (
          <Chart points={data.points} />
        )}
      </div>
    </Card>
  );
}

function Chart({ points }: { readonly points: readonly UsagePoint[] }) {
  const sum = (pick: (point: UsagePoint) => number) =>
    points.reduce((total, point) => total + pick(point), 0);
  const bytesIn = sum((point) => point.bytes_in);
  const bytesOut = sum((point) => point.bytes_out);
  const connections = Math.max(0, ...points.map((point) => point.connections_peak));
  return (
    <>
      <dl className="flex flex-wrap gap-x-8 gap-y-2" data-testid="usage-totals">
        <Total name="In" value={bytesText(bytesIn)} mark="bg-accent" />
        <Total name="Out" value={bytesText(bytesOut)} mark="bg-second" />
        <Total name="Records in" value={countText(sum((point) => point.records_in))} />
        <Total name="Records out" value={countText(sum((point) => point.records_out))} />
        <Total name="Connections at most" value={countText(connections)} />
      </dl>
      <div
        role="img"
        aria-label={`Bytes over time: ${bytesText(bytesIn)} in and ${bytesText(bytesOut)} out in this span.`}
        className="h-60"
      >
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 240 }}>
          <AreaChart
            data={[...points]}
            margin={{ top: 8, right: 4, bottom: 0, left: 4 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="start"
              tickFormatter={clockText}
              minTickGap={56}
              stroke="var(--line-strong)"
              tick={{ fill: 'var(--ink-soft)', fontSize: 12 }}
            />
            <YAxis
              domain={[0, (top: number) => Math.max(top, 1_000)]}
              tickFormatter={bytesText}
              width={70}
              axisLine={false}
              tickLine={false}
              tick={{ fill: 'var(--ink-soft)', fontSize: 12 }}
            />
            <Tooltip
              formatter={(value) => bytesText(Number(value))}
              labelFormatter={(label) => `${clockText(String(label))} UTC`}
              contentStyle={{ background: 'var(--raised)', border: '1px solid var(--line)', borderRadius: 6 }}
              labelStyle={{ color: 'var(--ink)' }}
            />
            <Area
              type="stepAfter"
              name="In"
              dataKey="bytes_in"
              stroke="var(--accent)"
              fill="var(--accent)"
              fillOpacity={0.16}
              isAnimationActive={false}
            />
            <Area
              type="stepAfter"
              name="Out"
              dataKey="bytes_out"
              stroke="var(--second)"
              fill="var(--second)"
              fillOpacity={0.12}
              isAnimationActive={false}
            />
          </AreaChart>
        </ResponsiveContainer>
      </div>
    </>
  );
}

function Total({
  name,
  value,
  mark,
}: {
  readonly name: string;
  readonly value: string;
  readonly mark?: string;
}) {
  return (
    <div>
      <dt className="flex items-center gap-1.5 text-[13px] text-ink-soft">
        {mark !== undefined && <span aria-hidden="true" className={clsx('size-2 rounded-full', mark)} />}
        {name}
      </dt>
      <dd className="text-lg font-semibold tabular-nums">{value}</dd>
    </div>
  );
}
