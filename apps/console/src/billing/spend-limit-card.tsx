'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createSpendLimit,
  deleteSpendLimit,
  listSpendLimits,
  type SpendLimit,
  updateSpendLimit,
} from '@weir/contracts/spend-limits';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { type NewSpendLimit, SpendLimitForm } from './spend-limit-form.tsx';
import { SpendLimitRow } from './spend-limit-row.tsx';
import { type SpendScopeChoice, scopeName } from './spend-scope-choice.ts';

interface Props {
  /** What a limit can be of. */
  readonly scopes: readonly SpendScopeChoice[];
  readonly mayChange: boolean;
}

const refreshMs = 4_000;

/** What may be spent at most, how much of it is, and what happens then. */
export function SpendLimitCard({ scopes, mayChange }: Props) {
  const queries = useQueryClient();
  const [open, setOpen] = useState<'new' | SpendLimit | null>(null);
  const queryKey = ['billing', 'spend-limits'];
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await call(listSpendLimits, { query: { page_size: 100 } }, signal)).data,
    refetchInterval: refreshMs,
  });
  const changed = () => queries.invalidateQueries({ queryKey });
  const onSuccess = async () => {
    setOpen(null);
    await changed();
  };
  const create = useMutation({
    mutationFn: (spec: NewSpendLimit) => call(createSpendLimit, { body: { spec } }),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: ({ id, ...spec }: { readonly id: SpendLimit['id']; readonly amount: string }) =>
      call(updateSpendLimit, { params: { id }, body: { spec } }),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: SpendLimit['id']) => call(deleteSpendLimit, { params: { id } }),
    onSettled: changed,
  });
  const refusal = error ?? remove.error;
  const failed = open === 'new' ? create.error : change.error;
  return (
    <Card
      title="Spend limits"
      aside={
        mayChange && (
          <Button size="small" onClick={() => setOpen('new')}>
            Add limit
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
          Nothing bounds what is spent. A limit tells you in time, or stops what costs.
        </p>
      )}
      <ul aria-label="Spend limits">
        {data?.map((limit) => (
          <SpendLimitRow
            key={limit.id}
            limit={limit}
            scopeName={scopeName(scopes, limit.spec.scope)}
            busy={remove.isPending && remove.variables === limit.id}
            {...(mayChange ? { onRaise: () => setOpen(limit), onDelete: () => remove.mutate(limit.id) } : {})}
          />
        ))}
      </ul>
      <Modal
        open={open !== null}
        onOpenChange={(isOpen) => setOpen(isOpen ? open : null)}
        title={open === 'new' ? 'Limit what is spent' : 'Change the amount'}
        description="Brokers hold it by themselves, within 30 seconds. Who was stopped goes on at once when it is raised."
      >
        {open !== null && (
          <SpendLimitForm
            scopes={scopes}
            limit={open === 'new' ? null : open}
            busy={create.isPending || change.isPending}
            error={failed === null ? null : sentenceOf(failed)}
            onCreate={(spec) => create.mutate(spec)}
            onChange={(amount) => open !== 'new' && change.mutate({ id: open.id, amount })}
          />
        )}
      </Modal>
    </Card>
  );
}
