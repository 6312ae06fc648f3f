'use client';

import { monthName } from '@weir/contracts/words/month-name';
import { useState } from 'react';
import { Segments } from '../ui/segments.tsx';
import { CostChart } from './cost-chart.tsx';
import { CostTable, type Names } from './cost-table.tsx';
import { monthOf, monthToCompare } from './use-costs.ts';

interface Props {
  /** When the page was made. */
  readonly nowMs: number;
  readonly names: Names;
}

/** A month's costs by day, and by whatever one looks for. */
export function CostView({ nowMs, names }: Props) {
  const [before, setBefore] = useState(0);
  const month = monthOf(nowMs, before);
  const months = [0, 1, 2].map((back) => ({ value: back, words: monthName(monthOf(nowMs, back).from) }));
  return (
    <div className="grid grid-cols-1 gap-5">
      <CostChart
        month={month}
        aside={<Segments name="Month" options={months} chosen={before} choose={setBefore} />}
      />
      <CostTable
        month={month}
        monthBefore={monthToCompare(nowMs, before)}
        isRunning={before === 0}
        names={names}
      />
    </div>
  );
}
