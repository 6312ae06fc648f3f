import type { ResetOffsetsInput } from '@weir/contracts/consumer-groups';
import { z } from 'zod';

export const positions = ['EARLIEST', 'LATEST', 'OFFSET', 'TIMESTAMP'] as const;

/** Where a group is to go on, as the form has it. Times are UTC, as everywhere in the console. */
export const resetForm = z
  .object({
    topic: z.string().min(1, 'Choose a topic.'),
    position: z.enum(positions),
    offset: z.string().trim(),
    time: z.string(),
  })
  .superRefine(({ offset, position, time }, { addIssue }) => {
    if (position === 'OFFSET' && !/^\d{1,15}$/.test(offset))
      addIssue({ code: 'custom', path: ['offset'], message: 'A whole number from 0.' });
    if (position === 'TIMESTAMP' && Number.isNaN(Date.parse(`${time}Z`)))
      addIssue({ code: 'custom', path: ['time'], message: 'A day and a time.' });
  });
export type ResetForm = z.output<typeof resetForm>;

export function inputOf({ offset, position, time, topic }: ResetForm): ResetOffsetsInput {
  const topic_name = topic;
  if (position === 'OFFSET') return { topic_name, to: { position, offset: Number(offset) } };
  if (position === 'TIMESTAMP')
    return { topic_name, to: { position, timestamp: new Date(`${time}Z`).toISOString() } };
  return { topic_name, to: { position } };
}
