'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { createCluster } from '@weir/contracts/clusters';
import { displayName } from '@weir/contracts/envelope';
import { clsx } from 'clsx';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type UseFormRegisterReturn, useForm } from 'react-hook-form';
import { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { type KindCard, kindCards } from './kinds.ts';

const Form = z.object({ display_name: displayName, kind: z.enum(['Basic', 'Standard']) });
type Form = z.infer<typeof Form>;

export function CreateClusterForm() {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState, watch } = useForm<Form>({
    resolver: zodResolver(Form),
    defaultValues: { display_name: '', kind: 'Basic' },
  });
  const chosen = watch('kind');
  const submit = handleSubmit(async ({ display_name, kind }) => {
    setRefusal(null);
    try {
      const cluster = await call(createCluster, { body: { spec: { display_name, config: { kind } } } });
      router.push(`/clusters/${cluster.id}`);
      router.refresh();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-5">
      <Field
        label="Name"
        placeholder="orders"
        autoComplete="off"
        hint="For you and your colleagues. It can be changed later."
        error={formState.errors.display_name?.message}
        {...register('display_name')}
      />
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 font-medium">Kind</legend>
        <div className="grid gap-3 md:grid-cols-3">
          {kindCards.map((card) => (
            <KindOption
              key={card.kind}
              card={card}
              isChosen={chosen === card.kind}
              input={register('kind')}
            />
          ))}
        </div>
      </fieldset>
      <p className="text-[13px] text-ink-soft">
        Billing is not switched on in this installation: usage is metered to the byte, and nothing is charged.
      </p>
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <div>
        <Button type="submit" look="primary" busy={formState.isSubmitting}>
          {formState.isSubmitting ? 'Creating…' : 'Create cluster'}
        </Button>
      </div>
    </form>
  );
}

interface KindOptionProps {
  readonly card: KindCard;
  readonly isChosen: boolean;
  readonly input: UseFormRegisterReturn;
}

function KindOption({ card, isChosen, input }: KindOptionProps) {
  return (
    <label
      className={clsx(
        'grid content-start gap-2 rounded-lg border p-4',
        isChosen ? 'border-accent bg-accent-wash' : 'border-line bg-surface',
        card.unavailable === null ? 'cursor-pointer hover:border-line-strong' : 'cursor-not-allowed',
      )}
    >
      <span className="flex items-start gap-2.5">
        <input
          type="radio"
          value={card.kind}
          disabled={card.unavailable !== null}
          className="mt-1 accent-(--accent)"
          {...input}
        />
        <span className="font-semibold">{card.kind}</span>
      </span>
      <span className="text-[13px] text-ink-soft">{card.sentence}</span>
      <ul className="grid gap-0.5 text-[13px]">
        {card.limits.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {card.unavailable !== null && <span className="text-[13px] text-warn">{card.unavailable}</span>}
    </label>
  );
}
