'use client';

import { type Budget, createBudget, deleteBudget, listBudgets, updateBudget } from '@weir/contracts/budgets';
import { call } from '../api/browser.ts';
import { ListCard } from '../ui/list-card.tsx';
import { type BudgetChange, BudgetForm, type NewBudget } from './budget-form.tsx';
import { BudgetRow } from './budget-row.tsx';
import { type SpendScopeChoice, scopeName } from './spend-scope-choice.ts';

interface Props {
  readonly scopes: readonly SpendScopeChoice[];
  readonly mayChange: boolean;
}

/** What a month is meant to cost, what it costs, and what it is expected to. */
export function BudgetCard({ scopes, mayChange }: Props) {
  return (
    <ListCard<Budget, NewBudget, BudgetChange>
      title="Budgets"
      addWords="Add budget"
      emptyWords="Nobody has said what a month is meant to cost. A budget stops nothing: it tells you when a month costs, or will cost, more."
      dialog={{
        newTitle: 'Set a budget',
        changeTitle: 'Change a budget',
        description: 'Who sees to billing is mailed at each threshold, once a month. Nothing is stopped.',
      }}
      mayChange={mayChange}
      queryKey={['billing', 'budgets']}
      list={async (signal) => (await call(listBudgets, { query: { page_size: 100 } }, signal)).data}
      create={(spec) => call(createBudget, { body: { spec } })}
      change={({ id }, spec) => call(updateBudget, { params: { id }, body: { spec } })}
      remove={({ id }) => call(deleteBudget, { params: { id } })}
      row={(budget, actions) => (
        <BudgetRow
          key={budget.id}
          budget={budget}
          scopeName={scopeName(scopes, budget.spec.scope)}
          {...actions}
        />
      )}
      form={({ item, ...actions }) => <BudgetForm scopes={scopes} budget={item} {...actions} />}
    />
  );
}
