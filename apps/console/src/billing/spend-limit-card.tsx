'use client';

import {
  createSpendLimit,
  deleteSpendLimit,
  listSpendLimits,
  type SpendLimit,
  updateSpendLimit,
} from '@weir/contracts/spend-limits';
import { amountText } from '@weir/contracts/words/amount-text';
import { call } from '../api/browser.ts';
import { ListCard } from '../ui/list-card.tsx';
import { type NewSpendLimit, type SpendLimitChange, SpendLimitForm } from './spend-limit-form.tsx';
import { SpendLimitRow } from './spend-limit-row.tsx';
import type { SpendScopeChoice } from './spend-scope-choice.ts';

interface Props {
  /** What a limit can be of. */
  readonly scopes: readonly SpendScopeChoice[];
  readonly mayChange: boolean;
}

const dryRun = { dry_run: 'true' } as const;

const warningOf = ({ spec, status }: SpendLimit): string | null => {
  if (status.phase !== 'REACHED' || spec.action === 'NOTIFY') return null;
  const spent =
    status.as_of === null ? 'It allows nothing' : `${amountText(status.spent_amount)} are spent already`;
  const then = spec.action === 'THROTTLE' ? 'slowed to a trickle' : 'refused when they write';
  return `${spent}: clients that it concerns are ${then} as soon as you save it.`;
};

/** What may be spent at most, how much of it is, and what happens then. */
export function SpendLimitCard({ scopes, mayChange }: Props) {
  return (
    <ListCard<SpendLimit, NewSpendLimit, SpendLimitChange>
      title="Spend limits"
      addWords="Add limit"
      emptyWords="Nothing bounds what is spent. A limit tells you in time, or stops what costs."
      dialog={{
        newTitle: 'Limit what is spent',
        changeTitle: 'Change a limit',
        description:
          'Brokers hold it by themselves, within 30 seconds. Who was stopped goes on at once when it is raised.',
      }}
      mayChange={mayChange}
      queryKey={['billing', 'spend-limits']}
      list={async (signal) => (await call(listSpendLimits, { query: { page_size: 100 } }, signal)).data}
      create={(spec) => call(createSpendLimit, { body: { spec } })}
      change={({ id }, spec) => call(updateSpendLimit, { params: { id }, body: { spec } })}
      remove={({ id }) => call(deleteSpendLimit, { params: { id } })}
      row={(limit, actions) => <SpendLimitRow key={limit.id} limit={limit} scopes={scopes} {...actions} />}
      form={({ item, ...actions }) => (
        <SpendLimitForm
          scopes={scopes}
          limit={item}
          warningOf={async (spec) =>
            warningOf(
              'scope' in spec
                ? await call(createSpendLimit, { body: { spec }, query: dryRun })
                : await call(updateSpendLimit, {
                    params: { id: item?.id ?? '' },
                    body: { spec },
                    query: dryRun,
                  }),
            )
          }
          {...actions}
        />
      )}
    />
  );
}
