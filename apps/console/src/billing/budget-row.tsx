import type { Budget } from '@weir/contracts/budgets';
import { amountText, microsOf } from '@weir/contracts/words/amount-text';
import { type RowActions, RowButtons } from '../ui/list-card.tsx';
import { SpentBar } from './spent-bar.tsx';

interface Props extends RowActions {
  readonly budget: Budget;
  readonly scopeName: string;
}

/** One budget: what is spent of it, what the month will come to, and which thresholds that has passed. */
export function BudgetRow({ budget, scopeName, ...may }: Props) {
  const { spec, status } = budget;
  const amount = microsOf(spec.amount);
  const isOver = microsOf(status.spent_amount) > amount;
  const willBeOver = status.forecast_amount !== null && microsOf(status.forecast_amount) > amount;
  return (
    <li id={budget.id} className="grid gap-2 border-b border-line px-4 py-3 last:border-0">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 text-[13px]">
          <p className="text-sm font-medium break-words">{spec.display_name}</p>
          <p className="break-words text-ink-soft">
            {scopeName}: {amountText(spec.amount)} a month. {toldText(spec)}
          </p>
          <p className="font-mono text-ink-soft">{budget.id}</p>
        </div>
        <RowButtons name={`budget ${spec.display_name}`} {...may} />
      </div>
      <SpentBar
        label={`Spent of ${spec.display_name}`}
        spent={status.spent_amount}
        amount={spec.amount}
        isOver={isOver}
      />
      <p className="text-[13px] text-ink-soft">
        <span className={isOver ? 'text-danger' : ''}>
          {amountText(status.spent_amount)} spent{passedText(status.passed_threshold)}.
        </span>{' '}
        {status.as_of !== null && (
          <span className={willBeOver ? 'text-danger' : ''}>
            {status.forecast_amount === null
              ? 'What the month will cost is not known yet: it takes an hour to look back at.'
              : `${amountText(status.forecast_amount)} expected for the month${passedText(status.passed_forecast_threshold)}.`}
          </span>
        )}
        {status.as_of === null && 'Nothing is known yet.'}
      </p>
    </li>
  );
}

const passedText = (percent: number | null) => (percent === null ? '' : `, past ${percent} %`);

const listText = (percents: readonly number[]) =>
  percents
    .toSorted((one, other) => one - other)
    .map((percent) => `${percent} %`)
    .join(', ');

function toldText({ forecast_thresholds, thresholds }: Budget['spec']): string {
  const told = [
    ...(thresholds.length === 0 ? [] : [`at ${listText(thresholds)} spent`]),
    ...(forecast_thresholds.length === 0 ? [] : [`at ${listText(forecast_thresholds)} expected`]),
  ];
  return told.length === 0 ? 'Nobody is told.' : `You are told ${told.join(', and ')}.`;
}
