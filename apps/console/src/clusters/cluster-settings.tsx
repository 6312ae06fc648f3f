'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { type Cluster, updateCluster } from '@weir/contracts/clusters';
import { displayName } from '@weir/contracts/envelope';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

const Form = z.object({ display_name: displayName, deletion_protection: z.boolean() });
type Form = z.infer<typeof Form>;

export function ClusterSettings({ cluster }: { readonly cluster: Cluster }) {
  const router = useRouter();
  const [outcome, setOutcome] = useState<{ readonly tone: 'good' | 'danger'; readonly words: string } | null>(
    null,
  );
  const { display_name, deletion_protection } = cluster.spec;
  const { register, handleSubmit, formState } = useForm<Form>({
    resolver: zodResolver(Form),
    values: { display_name, deletion_protection },
  });
  const submit = handleSubmit(async (spec) => {
    try {
      await call(updateCluster, { params: { id: cluster.id }, body: { spec } });
      setOutcome({ tone: 'good', words: 'Saved.' });
      router.refresh();
    } catch (cause) {
      setOutcome({ tone: 'danger', words: sentenceOf(cause) });
    }
  });
  return (
    <Card title="General">
      <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4 p-4">
        <Field label="Name" error={formState.errors.display_name?.message} {...register('display_name')} />
        <label className="flex items-start gap-2.5">
          <input type="checkbox" className="mt-1 accent-(--accent)" {...register('deletion_protection')} />
          <span>
            <span className="block font-medium">Deletion protection</span>
            <span className="text-[13px] text-ink-soft">While it is on, nobody can delete this cluster.</span>
          </span>
        </label>
        {outcome !== null && <Notice tone={outcome.tone}>{outcome.words}</Notice>}
        <div>
          <Button type="submit" look="primary" busy={formState.isSubmitting}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}
