'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Budget, createBudget, deleteBudget, listBudgets, updateBudget } from '@weir/contracts/budgets';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { type BudgetChange, BudgetForm, type NewBudget } from './budget-form.tsx';
import { BudgetRow } from './budget-row.tsx';
import { type SpendScopeChoice, scopeName } from './spend-scope-choice.ts';

interface Props {
  readonly scopes: readonly SpendScopeChoice[];
  readonly mayChange: boolean;
}

const refreshMs = 4_000;

/** What a month is meant to cost, what it costs, and what it is expected to. */
export function BudgetCard({ scopes, mayChange }: Props) {
  const queries = useQueryClient();
  const [open, setOpen] = useState<'new' | Budget | null>(null);
  const queryKey = ['billing', 'budgets'];
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await call(listBudgets, { query: { page_size: 100 } }, signal)).data,
    refetchInterval: refreshMs,
  });
  const changed = () => queries.invalidateQueries({ queryKey });
  const onSuccess = async () => {
    setOpen(null);
    await changed();
  };
  const create = useMutation({
    mutationFn: (spec: NewBudget) => call(createBudget, { body: { spec } }),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: ({ id, spec }: { readonly id: Budget['id']; readonly spec: BudgetChange }) =>
      call(updateBudget, { params: { id }, body: { spec } }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: Budget['id']) => call(deleteBudget, { params: { id } }),
    onSettled: changed,
  });
  const refusal = error ?? remove.error;
  const failed = open === 'new' ? create.error : change.error;
  return (
    <Card
      title="Budgets"
      aside={
        mayChange && (
          <Button size="small" onClick={() => setOpen('new')}>
            Add budget
          </Button>
        )
      }
    >
      {refusal !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(refusal)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-16" />}
      {data?.length === 0 && (
        <p className="px-4 py-6 text-center text-ink-soft">
          Nobody has said what a month is meant to cost. A budget stops nothing: it tells you when a month
          costs, or will cost, more.
        </p>
      )}
      <ul aria-label="Budgets">
        {data?.map((budget) => (
          <BudgetRow
            key={budget.id}
            budget={budget}
            scopeName={scopeName(scopes, budget.spec.scope)}
            busy={remove.isPending && remove.variables === budget.id}
            {...(mayChange
              ? { onChange: () => setOpen(budget), onDelete: () => remove.mutate(budget.id) }
              : {})}
          />
        ))}
      </ul>
      <Modal
        open={open !== null}
        onOpenChange={(isOpen) => setOpen(isOpen ? open : null)}
        title={open === 'new' ? 'Set a budget' : 'Change a budget'}
        description="Who sees to billing is mailed at each threshold, once a month. Nothing is stopped."
      >
        {open !== null && (
          <BudgetForm
            scopes={scopes}
            budget={open === 'new' ? null : open}
            busy={create.isPending || change.isPending}
            error={failed === null ? null : sentenceOf(failed)}
            onCreate={(spec) => create.mutate(spec)}
            onChange={(spec) => open !== 'new' && change.mutate({ id: open.id, spec })}
          />
        )}
      </Modal>
    </Card>
  );
}
