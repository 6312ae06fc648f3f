'use client';

import type { MonthToDate } from '@weir/contracts/billing';
import { amountText, microsOf } from '@weir/contracts/words/amount-text';
import { monthName } from '@weir/contracts/words/month-name';
import { sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { useMonthToDate } from './use-costs.ts';

/** What the running month has cost so far, and will have cost. */
export function MonthCard({ initial }: { readonly initial: MonthToDate }) {
  const { data = initial, error } = useMonthToDate();
  const { forecast } = data;
  return (
    <Card title={monthName(data.start)}>
      <div className="grid gap-4 p-4">
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
        <dl className="grid grid-cols-1 gap-x-8 gap-y-4 sm:grid-cols-3">
          <Figure name="So far" value={amountText(data.amount)} testId="month-to-date">
            Usage shows within seconds.
          </Figure>
          <Figure
            name="Expected for the month"
            value={forecast.hours_seen === 0 ? 'Not known yet' : amountText(forecast.amount)}
          >
            {forecast.hours_seen === 0
              ? 'It takes an hour to look back at.'
              : `${amountText(forecast.low_amount)} to ${amountText(forecast.high_amount)}, ${basisOf(forecast.hours_seen)}`}
          </Figure>
          <Figure name={monthName(data.last_month.start)} value={amountText(data.last_month.amount)}>
            {lastMonthWords(data.last_month)}
          </Figure>
        </dl>
      </div>
    </Card>
  );
}

const hoursOfTwoDays = 48;

/** What a forecast looks back at. */
function basisOf(hours: number): string {
  if (hours < hoursOfTwoDays)
    return hours === 1 ? 'as the last hour was.' : `as the last ${hours} hours were.`;
  return `as the last ${hours / 24} days were.`;
}

const dayOf = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', timeZone: 'UTC' });

/** How good a forecast was: what was expected on the same day, and by how much it differs. */
function lastMonthWords({ amount, forecast }: MonthToDate['last_month']): string {
  if (forecast === null) return 'All of last month.';
  const [came, expected] = [microsOf(amount), microsOf(forecast.amount)];
  const then = `On ${dayOf.format(new Date(forecast.as_of))}, ${amountText(forecast.amount)} was expected`;
  if (came === 0n || came === expected) return `All of last month. ${then}.`;
  const percent = Number(((expected - came) * 1_000n) / came) / 10;
  if (percent === 0) return `All of last month. ${then}.`;
  return `All of last month. ${then}: ${Math.abs(percent)} % too ${percent > 0 ? 'much' : 'little'}.`;
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly testId?: string;
  readonly children: React.ReactNode;
}

function Figure({ name, value, testId, children }: FigureProps) {
  return (
    <div className="min-w-0">
      <dt className="text-[13px] text-ink-soft">{name}</dt>
      <dd className="text-2xl font-semibold tabular-nums" data-testid={testId}>
        {value}
      </dd>
      <dd className="text-[13px] text-ink-soft">{children}</dd>
    </div>
  );
}
