'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { createTopic } from '@weir/contracts/topics';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';

const hoursMax = 24 * 365 * 100;

const Form = z.object({
  topic_name: z
    .string()
    .min(1, 'Give the topic a name.')
    .max(249, 'A topic name has at most 249 characters.')
    .regex(/^[a-zA-Z0-9._-]*$/, 'Letters, digits, dots, dashes and underscores only.'),
  partitions_count: z.coerce
    .number('A whole number.')
    .int('A whole number.')
    .min(1, 'At least 1.')
    .max(100_000),
  retention_hours: z.coerce
    .number('A whole number.')
    .int('A whole number.')
    .min(1, 'At least one hour.')
    .max(hoursMax),
});
type FormInput = z.input<typeof Form>;
type FormOutput = z.output<typeof Form>;

interface Props {
  readonly clusterId: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function CreateTopicDialog({ clusterId, open, onOpenChange }: Props) {
  return (
    <Modal
      open={open}
      onOpenChange={onOpenChange}
      title="Create a topic"
      description="Partitions can be added later, not removed."
    >
      <CreateTopicForm clusterId={clusterId} done={() => onOpenChange(false)} />
    </Modal>
  );
}

function CreateTopicForm({ clusterId, done }: { readonly clusterId: string; readonly done: () => void }) {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState, watch } = useForm<FormInput, unknown, FormOutput>({
    resolver: zodResolver(Form),
    defaultValues: { topic_name: '', partitions_count: 6, retention_hours: 168 },
  });
  const { errors, isSubmitting } = formState;
  const asked = Form.pick({ topic_name: true, partitions_count: true }).safeParse(watch());
  const submit = handleSubmit(async ({ topic_name, partitions_count, retention_hours }) => {
    setRefusal(null);
    const configs = [{ name: 'retention.ms', value: String(retention_hours * 3_600_000) }];
    try {
      await call(createTopic, {
        params: { cluster_id: clusterId },
        body: { topic_name, partitions_count, configs },
      });
      await queries.invalidateQueries({ queryKey: ['topics', clusterId] });
      done();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <Field
        label="Name"
        autoComplete="off"
        spellCheck={false}
        error={errors.topic_name?.message}
        {...register('topic_name')}
      />
      <Field
        label="Partitions"
        inputMode="numeric"
        hint="As many consumers of one group can share the work."
        error={errors.partitions_count?.message}
        {...register('partitions_count')}
      />
      <Field
        label="Keep messages for, in hours"
        inputMode="numeric"
        hint="retention.ms; 168 hours are a week."
        error={errors.retention_hours?.message}
        {...register('retention_hours')}
      />
      <MonthlyCost
        about={`topic ${clusterId} ${JSON.stringify(asked.data)}`}
        ask={
          asked.success
            ? async (signal) => {
                const params = { cluster_id: clusterId };
                const query = { dry_run: 'true' as const };
                return (await call(createTopic, { params, query, body: asked.data }, signal)).dry_run_cost;
              }
            : null
        }
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <div className="flex justify-end gap-2">
        <Button onClick={done}>Cancel</Button>
        <Button type="submit" look="primary" busy={isSubmitting}>
          {isSubmitting ? 'Creating…' : 'Create topic'}
        </Button>
      </div>
    </form>
  );
}
