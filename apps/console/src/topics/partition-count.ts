import { UpdatePartitionCountInput } from '@weir/contracts/topics';
import { z } from 'zod';

/** How many partitions a topic is to have that has `present` of them: a text that is a larger whole number. */
export function partitionCountForm(present: number) {
  const { partitions_count } = UpdatePartitionCountInput.shape;
  return z.object({
    partitions_count: z.coerce
      .number('A whole number.')
      .int('A whole number.')
      .min(present + 1, `More than the ${present} that there are.`)
      .pipe(partitions_count),
  });
}
