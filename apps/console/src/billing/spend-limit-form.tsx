'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import type { BodyInputOf } from '@weir/contracts/operation';
import {
  CreateSpendLimitInput,
  type createSpendLimit,
  SpendAction,
  type SpendLimit,
  SpendPeriod,
} from '@weir/contracts/spend-limits';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import type { SpendScopeChoice } from './spend-scope-choice.ts';

export type NewSpendLimit = BodyInputOf<typeof createSpendLimit>['spec'];

const { amount, display_name } = CreateSpendLimitInput.shape.spec.shape;
const Form = z.object({
  name: display_name,
  scope: z.string(),
  period: SpendPeriod,
  amount,
  action: SpendAction,
});
type Form = z.infer<typeof Form>;

interface Props {
  readonly scopes: readonly SpendScopeChoice[];
  /** Whose amount is changed; null: a new one. */
  readonly limit: SpendLimit | null;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onCreate: (spec: NewSpendLimit) => void;
  readonly onChange: (amount: string) => void;
}

const periods = [
  { value: 'MONTH', text: 'A month' },
  { value: 'DAY', text: 'A day' },
  { value: 'HOUR', text: 'An hour' },
];
const actions = [
  { value: 'READ_ONLY', text: 'Refuse writes' },
  { value: 'THROTTLE', text: 'Slow clients to a trickle' },
  { value: 'NOTIFY', text: 'Only tell us' },
];

export function SpendLimitForm({ busy, error, limit, onChange, onCreate, scopes }: Props) {
  const { formState, handleSubmit, register } = useForm<Form>({
    resolver: zodResolver(Form),
    defaultValues: {
      name: limit?.spec.display_name ?? '',
      amount: limit === null ? '' : limit.spec.amount.replace(/\.?0+$/, ''),
      scope: '0',
      period: 'MONTH',
      action: 'READ_ONLY',
    },
  });
  const submit = handleSubmit((form) => {
    if (limit !== null) return onChange(form.amount);
    const chosen = scopes[Number(form.scope)];
    if (chosen === undefined) return;
    const { action, amount, name, period } = form;
    onCreate({ display_name: name, scope: { kind: chosen.kind, id: chosen.id }, period, amount, action });
  });
  const { errors } = formState;
  const options = scopes.map(({ name }, at) => ({ value: String(at), text: name }));
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      {limit === null && (
        <>
          <Field label="Name" autoComplete="off" error={errors.name?.message} {...register('name')} />
          <Choice label="What it is of" options={options} {...register('scope')} />
        </>
      )}
      <Field
        label="Amount, USD"
        inputMode="decimal"
        autoComplete="off"
        placeholder="250.00"
        error={errors.amount?.message}
        {...register('amount')}
      />
      {limit === null && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Choice label="For" options={periods} {...register('period')} />
          <Choice label="Then" options={actions} {...register('action')} />
        </div>
      )}
      {error !== null && <Notice tone="danger">{error}</Notice>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={busy}>
          {busy ? 'Saving…' : 'Save limit'}
        </Button>
      </div>
    </form>
  );
}
