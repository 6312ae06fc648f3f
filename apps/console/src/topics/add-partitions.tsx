'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { updatePartitionCount } from '@weir/contracts/topics';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { partitionCountForm } from './partition-count.ts';

interface Props {
  readonly clusterId: string;
  readonly topic: string;
  /** How many it has. */
  readonly count: number;
}

export function AddPartitions({ clusterId, topic, count }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Add partitions
      </Button>
      <Modal
        open={open}
        onOpenChange={setOpen}
        title="Add partitions"
        description={`${topic} has ${count}. More of them let more consumers of one group share the work; they cannot be taken away again.`}
      >
        <AddPartitionsForm clusterId={clusterId} topic={topic} count={count} done={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function AddPartitionsForm({ clusterId, topic, count, done }: Props & { readonly done: () => void }) {
  const router = useRouter();
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState, watch } = useForm({
    resolver: zodResolver(partitionCountForm(count)),
    defaultValues: { partitions_count: count + 1 },
  });
  const { errors, isSubmitting } = formState;
  const asked = partitionCountForm(count).safeParse(watch());
  const submit = handleSubmit(async (body) => {
    setRefusal(null);
    try {
      const params = { cluster_id: clusterId, topic_name: topic };
      await call(updatePartitionCount, { params, body });
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['partitions', clusterId, topic] }),
        queries.invalidateQueries({ queryKey: ['topics', clusterId] }),
      ]);
      router.refresh();
      done();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <Field
        label="Partitions in all"
        inputMode="numeric"
        autoComplete="off"
        error={errors.partitions_count?.message}
        {...register('partitions_count')}
      />
      <Notice tone="warn">
        From then on producers send most keys to another partition than before, so messages of one key are in
        order only from there on. What is stored stays where it is.
      </Notice>
      <MonthlyCost
        about={`partitions ${clusterId} ${topic} ${asked.data?.partitions_count}`}
        ask={
          asked.success
            ? async (signal) => {
                const params = { cluster_id: clusterId, topic_name: topic };
                const given = { params, query: { dry_run: 'true' as const }, body: asked.data };
                return (await call(updatePartitionCount, given, signal)).dry_run_cost;
              }
            : null
        }
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <div className="flex justify-end gap-2">
        <Button onClick={done}>Cancel</Button>
        <Button type="submit" look="primary" busy={isSubmitting}>
          {isSubmitting ? 'Adding…' : 'Add partitions'}
        </Button>
      </div>
    </form>
  );
}
