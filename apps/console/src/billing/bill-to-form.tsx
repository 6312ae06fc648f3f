'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { BillTo, setBillingAccount } from '@weir/contracts/invoices';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

const { country, name, tax_id } = BillTo.shape;
const line = BillTo.shape.address_lines.element;
const Form = z.object({
  name,
  first: line,
  second: z.union([z.literal(''), line]),
  third: z.union([z.literal(''), line]),
  country: z.string().trim().toUpperCase().pipe(country),
  tax_id,
});

interface Props {
  readonly billTo: BillTo | null;
  readonly onDone: () => void;
}

export function BillToForm({ billTo, onDone }: Props) {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [first = '', second = '', ...others] = billTo?.address_lines ?? [];
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(Form),
    defaultValues: {
      ...{ name: billTo?.name ?? '', country: billTo?.country ?? '', tax_id: billTo?.tax_id ?? '' },
      ...{ first, second, third: others.join(', ') },
    },
  });
  const submit = handleSubmit(async (form) => {
    setRefusal(null);
    const address_lines = [form.first, form.second, form.third].filter((text) => text !== '');
    const bill_to = { name: form.name, address_lines, country: form.country, tax_id: form.tax_id };
    try {
      await call(setBillingAccount, { body: { bill_to } });
      onDone();
      router.refresh();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  const { errors } = formState;
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <Field label="Name" autoComplete="organization" error={errors.name?.message} {...register('name')} />
      <Field
        label="Address"
        autoComplete="address-line1"
        error={errors.first?.message}
        {...register('first')}
      />
      <Field
        label="Second line"
        autoComplete="address-line2"
        error={errors.second?.message}
        {...register('second')}
      />
      <Field
        label="Third line"
        autoComplete="address-line3"
        error={errors.third?.message}
        {...register('third')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Country"
          autoComplete="country"
          placeholder="GB"
          hint="Two letters, as of ISO 3166."
          error={errors.country?.message}
          {...register('country')}
        />
        <Field
          label="Tax id"
          autoComplete="off"
          hint="If there is one."
          error={errors.tax_id?.message}
          {...register('tax_id')}
        />
      </div>
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={formState.isSubmitting}>
          {formState.isSubmitting ? 'Saving…' : 'Save'}
        </Button>
      </div>
    </form>
  );
}
