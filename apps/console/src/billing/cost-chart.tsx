'use client';

import type { Cost } from '@weir/contracts/billing';
import { amountText, exactText } from '@weir/contracts/words/amount-text';
import type { ReactNode } from 'react';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { type Month, useCostsByDay } from './use-costs.ts';

const dayMs = 86_400_000;

/** What each day of a month cost. */
export function CostChart({ month, aside }: { readonly month: Month; readonly aside: ReactNode }) {
  const { data, error } = useCostsByDay(month);
  return (
    <Card title="Cost by day" aside={aside}>
      <div className="grid gap-3 p-4">
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
        {data === undefined ? (
          error === null && <Skeleton className="h-56" />
        ) : (
          <Chart days={daysOf(month, data.data)} total={data.total_amount} />
        )}
      </div>
    </Card>
  );
}

interface Day {
  readonly day: string;
  /** For the height of its bar only. */
  readonly height: number;
  readonly amount: string;
}

/** Every day of the month: those without a cost are nothing. */
function daysOf({ from, to }: Month, costs: readonly Cost[]): readonly Day[] {
  const amounts = new Map(costs.map(({ amount, start }) => [start, amount]));
  const count = (Date.parse(to) - Date.parse(from)) / dayMs;
  return Array.from({ length: count }, (_, index) => {
    const start = new Date(Date.parse(from) + index * dayMs).toISOString();
    const amount = amounts.get(start) ?? '0.000000';
    return { day: start.slice(5, 10), height: Number(amount), amount };
  });
}

/** Its ticks are whole cents, or more than those. */
const axisMin = 0.08;
const axisText = (value: number) => exactText(value.toFixed(6));

function Chart({ days, total }: { readonly days: readonly Day[]; readonly total: string }) {
  return (
    <div role="img" aria-label={`Cost by day: ${amountText(total)} in all.`} className="h-56">
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 224 }}>
        <BarChart
          data={[...days]}
          margin={{ top: 8, right: 4, bottom: 0, left: 4 }}
          accessibilityLayer={false}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="day"
            minTickGap={24}
            stroke="var(--line-strong)"
            tick={{ fill: 'var(--ink-soft)', fontSize: 12 }}
          />
          <YAxis
            domain={[0, (top: number) => Math.max(top, axisMin)]}
            tickFormatter={axisText}
            width={64}
            axisLine={false}
            tickLine={false}
            tick={{ fill: 'var(--ink-soft)', fontSize: 12 }}
          />
          <Tooltip
            cursor={{ fill: 'var(--sunken)' }}
            formatter={(value) => amountText(Number(value).toFixed(6))}
            contentStyle={{ background: 'var(--raised)', border: '1px solid var(--line)', borderRadius: 6 }}
            labelStyle={{ color: 'var(--ink)' }}
          />
          <Bar name="Cost" dataKey="height" fill="var(--accent)" isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
