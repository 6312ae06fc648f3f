'use client';

import {
  createSpendLimit,
  deleteSpendLimit,
  listSpendLimits,
  type SpendLimit,
  updateSpendLimit,
} from '@weir/contracts/spend-limits';
import { call } from '../api/browser.ts';
import { ListCard } from '../ui/list-card.tsx';
import { type NewSpendLimit, SpendLimitForm } from './spend-limit-form.tsx';
import { SpendLimitRow } from './spend-limit-row.tsx';
import { type SpendScopeChoice, scopeName } from './spend-scope-choice.ts';

interface Props {
  /** What a limit can be of. */
  readonly scopes: readonly SpendScopeChoice[];
  readonly mayChange: boolean;
}

/** What may be spent at most, how much of it is, and what happens then. */
export function SpendLimitCard({ scopes, mayChange }: Props) {
  return (
    <ListCard<SpendLimit, NewSpendLimit, string>
      title="Spend limits"
      addWords="Add limit"
      emptyWords="Nothing bounds what is spent. A limit tells you in time, or stops what costs."
      dialog={{
        newTitle: 'Limit what is spent',
        changeTitle: 'Change the amount',
        description:
          'Brokers hold it by themselves, within 30 seconds. Who was stopped goes on at once when it is raised.',
      }}
      mayChange={mayChange}
      queryKey={['billing', 'spend-limits']}
      list={async (signal) => (await call(listSpendLimits, { query: { page_size: 100 } }, signal)).data}
      create={(spec) => call(createSpendLimit, { body: { spec } })}
      change={({ id }, amount) => call(updateSpendLimit, { params: { id }, body: { spec: { amount } } })}
      remove={({ id }) => call(deleteSpendLimit, { params: { id } })}
      row={(limit, actions) => (
        <SpendLimitRow
          key={limit.id}
          limit={limit}
          scopeName={scopeName(scopes, limit.spec.scope)}
          {...actions}
        />
      )}
      form={({ item, ...actions }) => <SpendLimitForm scopes={scopes} limit={item} {...actions} />}
    />
  );
}
