'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import {
  type Budget,
  CreateBudgetInput,
  type createBudget,
  type updateBudget,
} from '@weir/contracts/budgets';
import type { BodyInputOf } from '@weir/contracts/operation';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { percentsError, percentsOf, percentsText } from './percents.ts';
import type { SpendScopeChoice } from './spend-scope-choice.ts';

export type NewBudget = BodyInputOf<typeof createBudget>['spec'];
export type BudgetChange = BodyInputOf<typeof updateBudget>['spec'];

const { amount, display_name, forecast_thresholds, thresholds } = CreateBudgetInput.shape.spec.shape;
const Form = z.object({
  name: display_name,
  scope: z.string(),
  amount,
  thresholds: z.string().transform(percentsOf).pipe(thresholds.unwrap()),
  forecast: z.string().transform(percentsOf).pipe(forecast_thresholds.unwrap()),
});

interface Props {
  readonly scopes: readonly SpendScopeChoice[];
  /** What is changed; null: a new one. */
  readonly budget: Budget | null;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onCreate: (spec: NewBudget) => void;
  readonly onChange: (spec: BudgetChange) => void;
}

export function BudgetForm({ budget, busy, error, onChange, onCreate, scopes }: Props) {
  const { formState, handleSubmit, register } = useForm<z.input<typeof Form>, unknown, z.output<typeof Form>>(
    {
      resolver: zodResolver(Form),
      defaultValues: {
        name: budget?.spec.display_name ?? '',
        amount: budget === null ? '' : budget.spec.amount.replace(/\.?0+$/, ''),
        scope: '0',
        thresholds: percentsText(budget?.spec.thresholds ?? [50, 80, 100]),
        forecast: percentsText(budget?.spec.forecast_thresholds ?? [100]),
      },
    },
  );
  const submit = handleSubmit((form) => {
    const spec = {
      display_name: form.name,
      amount: form.amount,
      thresholds: form.thresholds,
      forecast_thresholds: form.forecast,
    };
    if (budget !== null) return onChange(spec);
    const chosen = scopes[Number(form.scope)];
    if (chosen !== undefined) onCreate({ ...spec, scope: { kind: chosen.kind, id: chosen.id } });
  });
  const { errors } = formState;
  const options = scopes.map(({ name }, at) => ({ value: String(at), text: name }));
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <Field label="Name" autoComplete="off" error={errors.name?.message} {...register('name')} />
      {budget === null && <Choice label="What it is of" options={options} {...register('scope')} />}
      <Field
        label="Amount a month, USD"
        inputMode="decimal"
        autoComplete="off"
        placeholder="250.00"
        error={errors.amount?.message}
        {...register('amount')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Tell us when spent, %"
          autoComplete="off"
          hint="Up to five, with commas between them."
          error={percentsError(1000, errors.thresholds)}
          {...register('thresholds')}
        />
        <Field
          label="Tell us when expected, %"
          autoComplete="off"
          hint="Of what the whole month will cost."
          error={percentsError(1000, errors.forecast)}
          {...register('forecast')}
        />
      </div>
      {error !== null && <Notice tone="danger">{error}</Notice>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={busy}>
          {busy ? 'Saving…' : 'Save budget'}
        </Button>
      </div>
    </form>
  );
}
