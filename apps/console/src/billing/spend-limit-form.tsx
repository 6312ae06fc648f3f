'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import type { BodyInputOf } from '@weir/contracts/operation';
import {
  CreateSpendLimitInput,
  type createSpendLimit,
  SpendAction,
  type SpendLimit,
  SpendPeriod,
  type updateSpendLimit,
} from '@weir/contracts/spend-limits';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { percentsError, percentsOf, percentsText } from './percents.ts';
import type { SpendScopeChoice } from './spend-scope-choice.ts';

export type NewSpendLimit = BodyInputOf<typeof createSpendLimit>['spec'];
export type SpendLimitChange = BodyInputOf<typeof updateSpendLimit>['spec'];

const { amount, display_name, thresholds } = CreateSpendLimitInput.shape.spec.shape;
const Form = z.object({
  name: display_name,
  scope: z.string(),
  period: SpendPeriod,
  amount,
  action: SpendAction,
  thresholds: z.string().transform(percentsOf).pipe(thresholds.unwrap()),
});

interface Props {
  readonly scopes: readonly SpendScopeChoice[];
  /** What is changed; null: a new one. */
  readonly limit: SpendLimit | null;
  readonly busy: boolean;
  readonly error: string | null;
  /** What saving it would do at once that nobody may have meant; null: nothing. */
  readonly warningOf: (spec: NewSpendLimit | SpendLimitChange) => Promise<string | null>;
  readonly onCreate: (spec: NewSpendLimit) => void;
  readonly onChange: (spec: SpendLimitChange) => void;
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

export function SpendLimitForm({ busy, error, limit, onChange, onCreate, scopes, warningOf }: Props) {
  const [warning, setWarning] = useState<string | null>(null);
  const { formState, handleSubmit, register } = useForm<z.input<typeof Form>, unknown, z.output<typeof Form>>(
    {
      resolver: zodResolver(Form),
      defaultValues: {
        name: limit?.spec.display_name ?? '',
        amount: limit === null ? '' : limit.spec.amount.replace(/\.?0+$/, ''),
        scope: '0',
        period: 'MONTH',
        action: limit?.spec.action ?? 'READ_ONLY',
        thresholds: percentsText(limit?.spec.thresholds ?? [50, 80]),
      },
    },
  );
  const submit = handleSubmit(async ({ action, amount, name, period, scope, thresholds }) => {
    const change = { display_name: name, amount, action, thresholds };
    const chosen = scopes[Number(scope)];
    if (chosen === undefined) return;
    const made = { ...change, scope: { kind: chosen.kind, id: chosen.id }, period };
    // Whoever was warned and saves all the same has been heard.
    const found = warning === null ? await warningOf(limit === null ? made : change) : null;
    setWarning(found);
    if (found !== null) return;
    if (limit === null) onCreate(made);
    else onChange(change);
  });
  const { errors, isSubmitting } = formState;
  const options = scopes.map(({ name }, at) => ({ value: String(at), text: name }));
  return (
    <form
      method="post"
      noValidate
      className="grid gap-4"
      onChange={() => setWarning(null)}
      onSubmit={(event) => void submit(event)}
    >
      <Field label="Name" autoComplete="off" error={errors.name?.message} {...register('name')} />
      {limit === null && <Choice label="What it is of" options={options} {...register('scope')} />}
      <Field
        label="Amount, USD"
        inputMode="decimal"
        autoComplete="off"
        placeholder="250.00"
        error={errors.amount?.message}
        {...register('amount')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        {limit === null && <Choice label="For" options={periods} {...register('period')} />}
        <Choice label="Then" options={actions} {...register('action')} />
      </div>
      <Field
        label="Tell us before, at %"
        autoComplete="off"
        hint="Up to five, with commas between them."
        error={percentsError(99, errors.thresholds)}
        {...register('thresholds')}
      />
      {warning !== null && <Notice tone="warn">{warning}</Notice>}
      {error !== null && <Notice tone="danger">{error}</Notice>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={busy || isSubmitting}>
          {busy || isSubmitting ? 'Saving…' : warning === null ? 'Save limit' : 'Save it all the same'}
        </Button>
      </div>
    </form>
  );
}
