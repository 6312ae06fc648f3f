import type { Sequence } from '../sequence.ts';
import { consumerGroupSequences } from './consumer-groups.ts';
import { groupSequences } from './groups.ts';
import { quotaSequences } from './quotas.ts';
import { recordSequences } from './records.ts';
import { topicSequences } from './topics.ts';
import { transactionSequences } from './transactions.ts';

export const allSequences: readonly Sequence[] = [
  ...recordSequences,
  ...groupSequences,
  ...consumerGroupSequences,
  ...transactionSequences,
  ...topicSequences,
  ...quotaSequences,
];
