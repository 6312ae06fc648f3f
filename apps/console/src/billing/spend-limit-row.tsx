import type { SpendLimit } from '@weir/contracts/spend-limits';
import { amountText } from '@weir/contracts/words/amount-text';
import { type RowActions, RowButtons } from '../ui/list-card.tsx';
import { type SpendScopeChoice, scopeName } from './spend-scope-choice.ts';
import { SpentBar } from './spent-bar.tsx';
import { SpentBy } from './spent-by.tsx';

interface Props extends RowActions {
  readonly limit: SpendLimit;
  readonly scopes: readonly SpendScopeChoice[];
}

const periods = { HOUR: 'an hour', DAY: 'a day', MONTH: 'a month' } as const;
const actions = {
  NOTIFY: 'People are told.',
  THROTTLE: 'Clients are slowed to a trickle.',
  READ_ONLY: 'Writes are refused; what is read or stored still costs.',
} as const;

/** One limit: how much of it is spent, who has, and what can be done. */
export function SpendLimitRow({ limit, scopes, ...may }: Props) {
  const { spec, status } = limit;
  const isReached = status.phase === 'REACHED';
  return (
    <li id={limit.id} className="grid gap-2 border-b border-line px-4 py-3 last:border-0">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 text-[13px]">
          <p className="text-sm font-medium break-words">{spec.display_name}</p>
          <p className="break-words text-ink-soft">
            {scopeName(scopes, spec.scope)}: {amountText(spec.amount)} {periods[spec.period]}.{' '}
            {actions[spec.action]}
          </p>
          <p className="font-mono text-ink-soft">{limit.id}</p>
        </div>
        <RowButtons name={`limit ${spec.display_name}`} {...may} />
      </div>
      <SpentBar
        label={`Spent of ${spec.display_name}`}
        spent={status.spent_amount}
        amount={spec.amount}
        isOver={isReached}
      />
      <p className={isReached ? 'text-[13px] text-danger' : 'text-[13px] text-ink-soft'}>
        {amountText(status.spent_amount)} spent{isReached && `, ${amountText(status.overshoot_amount)} over`}.
        {status.as_of === null && ' Nothing is known yet.'}
      </p>
      {isReached && status.period_start !== null && (
        <SpentBy limit={limit} from={status.period_start} scopes={scopes} />
      )}
    </li>
  );
}
