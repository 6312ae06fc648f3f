import type { OperationShape } from '@weir/contracts/operation';
import type { Reply } from './ask.ts';

/** Any answer may take this long, milliseconds. */
export const answerMsMax = 2_000;

/** Opens what is told of an answer that took too long, which a busy machine explains as well. */
export const slow = 'slow:';

/** Those whose 503 is documented: without the broker's answer nobody can answer. */
const mayBeUnavailable = ['readRecords', 'produceRecord', 'listPartitionSizes'];

/** What is wrong with an answer, whatever the request was; null when nothing is. */
export const problemOf = (reply: Reply, operation: OperationShape | null): string | null => {
  const { status, failure, ms, headers, text } = reply;
  if (failure !== null) return `no answer: ${failure}`;
  const isDocumented = status === 503 && operation !== null && mayBeUnavailable.includes(operation.id);
  if (status >= 500 && !isDocumented) return `${status} ${text.slice(0, 200)}`;
  if ((status === 503 || status === 429) && headers['retry-after'] === undefined) {
    return `${status} without Retry-After: ${text.slice(0, 200)}`;
  }
  if (ms > answerMsMax) return `${slow} answered ${status} after ${ms.toFixed(0)} ms`;
  return null;
};

/** Nobody gets in, whatever is sent. */
export const problemOfNobody = (reply: Reply, operation: OperationShape): string | null => {
  if (operation.access !== 'none' && reply.status >= 200 && reply.status < 300) {
    return `${reply.status} for nobody: ${reply.text.slice(0, 200)}`;
  }
  return null;
};
