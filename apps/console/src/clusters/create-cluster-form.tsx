'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { type ClusterKind, clusterKinds } from '@weir/contracts/cluster-kinds';
import { createCluster } from '@weir/contracts/clusters';
import { displayName } from '@weir/contracts/envelope';
import { clsx } from 'clsx';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { type UseFormRegisterReturn, useForm } from 'react-hook-form';
import { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import { type KindCard, kindCards } from './kinds.ts';
import { unitsField, unitsMinOf } from './units.ts';

const Form = z
  .object({
    display_name: displayName,
    kind: z.enum(clusterKinds),
    availability: z.enum(['SINGLE_ZONE', 'MULTI_ZONE']),
    cku: z.string(),
  })
  .superRefine(({ availability, cku, kind }, context) => {
    if (kind !== 'Dedicated') return;
    const read = unitsField(unitsMinOf(availability)).safeParse(cku);
    if (!read.success)
      context.addIssue({ code: 'custom', path: ['cku'], message: read.error.issues[0]?.message ?? '' });
  });
type Form = z.infer<typeof Form>;

/** What the request says of the cluster beside its name. */
const sizeOf = ({ availability, cku, kind }: Form) =>
  kind === 'Dedicated' ? { availability, config: { kind, cku: Number(cku) } } : { config: { kind } };

interface Props {
  /** That can be created here. */
  readonly kinds: readonly ClusterKind[];
  /** What each costs, in words. */
  readonly prices: readonly { readonly kind: ClusterKind; readonly lines: readonly string[] }[];
}

export function CreateClusterForm({ kinds, prices }: Props) {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState, watch } = useForm<Form>({
    resolver: zodResolver(Form),
    defaultValues: { display_name: '', kind: 'Basic', availability: 'SINGLE_ZONE', cku: '1' },
  });
  const chosen = watch('kind');
  const asked = Form.safeParse({ ...watch(), display_name: 'a name' });
  const submit = handleSubmit(async (form) => {
    setRefusal(null);
    try {
      const spec = { display_name: form.display_name, ...sizeOf(form) };
      const cluster = await call(createCluster, { body: { spec } });
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
              isOffered={kinds.includes(card.kind)}
              prices={prices.find(({ kind }) => kind === card.kind)?.lines ?? []}
              input={register('kind')}
            />
          ))}
        </div>
      </fieldset>
      {chosen === 'Dedicated' && (
        <div className="grid grid-cols-1 items-start gap-4 sm:grid-cols-2">
          <Field
            label="Units"
            inputMode="numeric"
            autoComplete="off"
            hint="Each is a broker. It can be changed later, while the cluster serves."
            error={formState.errors.cku?.message}
            {...register('cku')}
          />
          <Select
            label="Zones"
            hint="Over three zones there are three brokers at least, and any one may be lost."
            {...register('availability', { deps: ['cku'] })}
          >
            <option value="SINGLE_ZONE">One zone</option>
            <option value="MULTI_ZONE">Three zones</option>
          </Select>
        </div>
      )}
      <MonthlyCost
        about={`cluster ${JSON.stringify(asked.data)}`}
        ask={
          asked.success
            ? async (signal) => {
                const spec = { display_name: 'a name', ...sizeOf(asked.data) };
                const given = { query: { dry_run: 'true' as const }, body: { spec } };
                return (await call(createCluster, given, signal)).dry_run_cost;
              }
            : null
        }
      />
      <p className="text-[13px] text-ink-soft">
        Usage is metered to the byte and shown with what it costs, within seconds.
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
  readonly isOffered: boolean;
  readonly prices: readonly string[];
  readonly input: UseFormRegisterReturn;
}

function KindOption({ card, isChosen, isOffered, prices, input }: KindOptionProps) {
  return (
    <label
      className={clsx(
        'grid content-start gap-2 rounded-lg border p-4',
        isChosen ? 'border-accent bg-accent-wash' : 'border-line bg-surface',
        isOffered ? 'cursor-pointer hover:border-line-strong' : 'cursor-not-allowed',
      )}
    >
      <span className="flex items-start gap-2.5">
        <input
          type="radio"
          value={card.kind}
          disabled={!isOffered}
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
      <ul className="grid gap-0.5 border-t border-line pt-2 text-[13px]">
        {prices.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {!isOffered && <span className="text-[13px] text-warn">Not offered in this region.</span>}
    </label>
  );
}
