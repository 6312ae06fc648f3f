import type { ProduceRequest, ProduceResponse } from '@weir/kafka-protocol/apis/00-produce';
import { errorCode } from '@weir/kafka-protocol/errors';
import type { Topic } from '../cluster/topic.ts';
import { produceWaitMsMax } from '../limits.ts';
import type { Written, WrittenTerms } from '../metering/written-terms.ts';
import type { Appended } from '../partition/appended.ts';
import type { Partition } from '../partition/partition.ts';
import type { Committed } from '../partition/uncommitted.ts';
import type { RequestContext } from './handler.ts';

type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

export interface AppendedPartition {
  readonly topic: Topic | null;
  readonly partition: Partition | null;
  readonly index: number;
  /** As it came. */
  readonly wireBytes: number;
  /** As it lies in the log. */
  readonly bytes: number;
  readonly records: number;
  readonly appended: Appended;
  /** null: nothing of it is new in the log. */
  readonly written: Written | null;
}

export interface Patience {
  readonly timedOut: Promise<'REQUEST_TIMED_OUT'>;
  end(): void;
}

/** How long replicas elsewhere are waited for; null where there are none to wait for. */
export function patienceOf(
  context: RequestContext,
  request: ProduceRequest,
  topics: readonly AppendedPartition[][],
): Patience | null {
  const isReplicated = topics.some((parts) => parts.some((part) => part.partition?.isReplicated === true));
  if (!isReplicated || request.acks !== -1) return null;
  const timedOut = Promise.withResolvers<'REQUEST_TIMED_OUT'>();
  const waitMs = Math.min(Math.max(request.timeoutMs, 0), produceWaitMsMax);
  const timer = context.services.deps.clock.after(waitMs, () => timedOut.resolve('REQUEST_TIMED_OUT'));
  return { timedOut: timedOut.promise, end: () => timer.cancel() };
}

/** Waits for the batch to be as durable as the cell promises; then it counts as usage. */
export async function settle(
  part: AppendedPartition,
  by: Writer,
  patience: Patience | null,
): Promise<PartitionResponse> {
  const { appended, index } = part;
  if (!appended.ok) {
    const { error, message: errorMessage, recordIndex } = appended;
    const refusal = { index, errorCode: errorCode(error), baseOffset: -1, errorMessage };
    if (recordIndex === null) return refusal;
    const recordErrors = [{ batchIndex: recordIndex, batchIndexErrorMessage: errorMessage }];
    return { ...refusal, recordErrors, logStartOffset: part.partition?.startOffset ?? -1 };
  }
  const error = await (patience === null
    ? appended.committed
    : Promise.race([appended.committed, patience.timedOut]));
  // What is committed after its client was told that it took too long is in the log, and counts.
  if (error === 'REQUEST_TIMED_OUT') void appended.committed.then((late) => count(part, by, late));
  else count(part, by, error);
  if (error !== 'NONE') return { index, errorCode: errorCode(error), baseOffset: -1 };
  // That it counts is known for good before its client knows that it is written.
  const { known } = part.written?.stretch ?? { known: null };
  if (known !== null) await known;
  return {
    index,
    errorCode: 0,
    baseOffset: appended.baseOffset,
    logAppendTimeMs: appended.logAppendTimeMs,
    logStartOffset: part.partition?.startOffset ?? -1,
  };
}

interface Writer {
  readonly identity: RequestContext['identity'];
  readonly written: WrittenTerms;
}

function count(part: AppendedPartition, { identity, written }: Writer, outcome: Committed): void {
  const { topic, bytes, records } = part;
  if (part.written === null || topic === null) return;
  if (outcome === 'NONE') identity.meter.wrote(topic.name, bytes, records);
  // What did not reach enough replicas stays in the log, does not count, and its client was told.
  const isSettled = outcome === 'NONE' || outcome === 'NOT_ENOUGH_REPLICAS_AFTER_APPEND';
  if (isSettled) written.settled(part.written);
  else written.lost(part.written);
}
