import type { ErrorName } from '@weir/kafka-protocol/errors';
import { compressionType, validateBatch } from '@weir/kafka-protocol/record-batch';
import { QueueFullError } from '../memory/fair-queue.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { takeWhenRoom } from '../memory/take-when-room.ts';
import type { Partition } from '../partition/partition.ts';
import { plainBytesMax } from '../partition/plain-bytes.ts';
import type { RecodeAnswer } from '../partition/recode-task.ts';
import type { RequestContext } from './handler.ts';

/** Whether the topic wants the batch compressed otherwise than it came (`compression.type`); none where it is refused anyhow. */
export function mustRecode(partition: Partition | undefined, records: Buffer | null): records is Buffer {
  const { compression = null, rules } = partition?.settings ?? {};
  if (compression === null || rules === undefined || records === null) return false;
  if (records.length > rules.messageBytesMax) return false;
  return (
    validateBatch(records, 0, records.length) === 'NONE' && compressionType(records, 0) !== compression.type
  );
}

/** A batch that was compressed as its topic wants it, in a frame of its own; or why it is refused. */
export type Recoded =
  | { readonly ok: true; readonly records: Buffer; readonly frame: Frame }
  | { readonly ok: false; readonly error: ErrorName; readonly message: string };

/**
 * Has a worker compress the batch as its topic wants it. While it is there as well as what came it counts to what the
 * cluster's requests keep: `release` gives that back.
 */
export async function recode(
  context: RequestContext,
  partition: Partition,
  records: Buffer,
): Promise<{ readonly recoded: Recoded; release(): void }> {
  const { identity, services } = context;
  const { requests } = identity.cluster.accounts;
  const { messageBytesMax } = partition.settings.rules;
  if (!(await takeWhenRoom(requests, messageBytesMax, services.deps.clock, context.isGone)))
    return { recoded: again, release: () => undefined };
  const release = () => requests.giveBack(messageBytesMax);
  try {
    return { recoded: recodedOf(context, partition, await ask(context, partition, records)), release };
  } catch (cause) {
    if (!(cause instanceof QueueFullError))
      services.deps.log.error(
        'partition.recode.failed',
        { dir: partition.dir, bytes: records.length },
        cause,
      );
    identity.cluster.reachedLimits.reached('decompressedBytesMax');
    return { recoded: again, release };
  }
}

const again: Recoded = {
  ok: false,
  error: 'KAFKA_STORAGE_ERROR',
  message: 'The batch could not be compressed as the topic wants it; try again.',
};

/** Null: the topic does not want it any more. */
async function ask(
  { identity, services }: RequestContext,
  { settings: { compression = null, rules } }: Partition,
  batch: Buffer,
): Promise<RecodeAnswer | null> {
  if (compression === null) return null;
  return services.deps.workers.recode(identity.cluster.id, {
    ...{ batch, compression },
    plainBytesMax: plainBytesMax(rules.messageBytesMax),
    batchBytesMax: rules.messageBytesMax,
  });
}

function recodedOf(
  { services }: RequestContext,
  { settings: { rules } }: Partition,
  answer: RecodeAnswer | null,
): Recoded {
  if (answer === null) return again;
  if (answer.kind === 'malformed')
    return { ok: false, error: 'INVALID_RECORD', message: 'The records of the batch cannot be read.' };
  if (answer.kind === 'too-large') {
    const message = `Compressed as the topic wants it (compression.type) the batch is too large; max.message.bytes is ${rules.messageBytesMax}.`;
    return { ok: false, error: 'MESSAGE_TOO_LARGE', message };
  }
  const { batch } = answer;
  const frame = services.cell.environment.pool.take(batch.length);
  frame.buffer.set(batch);
  return { ok: true, records: frame.buffer.subarray(0, batch.length), frame };
}
