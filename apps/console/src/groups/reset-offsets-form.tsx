'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { type ResetOffset, resetOffsets } from '@weir/contracts/consumer-groups';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Table } from '../ui/table.tsx';
import { inputOf, type ResetForm, resetForm } from './reset-target.ts';

const positionTexts = [
  { value: 'EARLIEST', text: 'The first message that is there' },
  { value: 'LATEST', text: 'Behind the last message' },
  { value: 'TIMESTAMP', text: 'The first message from a time on' },
  { value: 'OFFSET', text: 'An offset' },
];

interface Props {
  readonly clusterId: string;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly done: () => void;
}

/** Asks for a preview first; what is done is what was shown, unless the topic has moved on meanwhile. */
export function ResetOffsetsForm({ clusterId, groupId, topics, done }: Props) {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [preview, setPreview] = useState<{
    readonly form: ResetForm;
    readonly rows: readonly ResetOffset[];
  }>();
  const { register, handleSubmit, watch, formState } = useForm<ResetForm>({
    resolver: zodResolver(resetForm),
    defaultValues: { topic: topics[0] ?? '', position: 'EARLIEST', offset: '', time: '' },
  });
  const { errors, isSubmitting } = formState;
  const run = async (form: ResetForm, dry_run: boolean) => {
    setRefusal(null);
    try {
      const params = { cluster_id: clusterId, consumer_group_id: groupId };
      const { data } = await call(resetOffsets, {
        params,
        query: { dry_run: dry_run ? 'true' : 'false' },
        body: inputOf(form),
      });
      if (dry_run) {
        setPreview({ form, rows: data });
        return;
      }
      await queries.invalidateQueries({ queryKey: ['groups', clusterId] });
      done();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  };
  const submit = handleSubmit((form) => run(form, preview === undefined));
  const position = watch('position');
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      {preview === undefined ? (
        <>
          <Choice
            label="Topic"
            options={topics.map((topic) => ({ value: topic, text: topic }))}
            {...register('topic')}
          />
          <Choice label="Read on from" options={positionTexts} {...register('position')} />
          {position === 'OFFSET' && (
            <Field
              label="Offset"
              inputMode="numeric"
              autoComplete="off"
              hint="In every partition. One that a partition does not have becomes the nearer end of it."
              error={errors.offset?.message}
              {...register('offset')}
            />
          )}
          {position === 'TIMESTAMP' && (
            <Field
              label="Time, UTC"
              type="datetime-local"
              error={errors.time?.message}
              {...register('time')}
            />
          )}
        </>
      ) : (
        <Preview rows={preview.rows} />
      )}
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <div className="flex justify-end gap-2">
        {preview === undefined ? (
          <Button onClick={done}>Cancel</Button>
        ) : (
          <Button onClick={() => setPreview(undefined)}>Back</Button>
        )}
        <Button type="submit" look="primary" busy={isSubmitting}>
          {preview === undefined ? 'Show what changes' : 'Reset offsets'}
        </Button>
      </div>
    </form>
  );
}

const previewColumns = [
  { text: 'Partition' },
  { text: 'Now', isNumber: true },
  { text: 'Then', isNumber: true },
];

function Preview({ rows }: { readonly rows: readonly ResetOffset[] }) {
  // Where nothing was committed nobody has read: nothing is read again, and nothing is passed over.
  const steps = rows.map(
    ({ current_offset, previous_offset }) => current_offset - (previous_offset ?? current_offset),
  );
  const sumOf = (parts: readonly number[]) => parts.reduce((sum, part) => sum + Math.max(part, 0), 0);
  return (
    <div className="grid gap-3">
      <p>
        {countText(sumOf(steps.map((step) => -step)))} offsets are read again, {countText(sumOf(steps))} are
        passed over.
      </p>
      <div className="max-h-64 overflow-y-auto rounded-md border border-line">
        <Table columns={previewColumns}>
          {rows.map(({ current_offset, partition_id, previous_offset }) => (
            <tr key={partition_id} className="border-b border-line last:border-0">
              <th scope="row" className="px-2 py-2 font-medium tabular-nums sm:px-4">
                {partition_id}
              </th>
              <td className="px-2 py-2 text-right tabular-nums sm:px-4">
                {previous_offset === null ? '–' : countText(previous_offset)}
              </td>
              <td className="px-2 py-2 text-right tabular-nums sm:px-4">{countText(current_offset)}</td>
            </tr>
          ))}
        </Table>
      </div>
    </div>
  );
}
