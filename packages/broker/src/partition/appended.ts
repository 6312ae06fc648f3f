import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { PartitionRecord } from '@weir/metadata-store/model';
import type { Committed } from './uncommitted.ts';

export type Appended =
  | {
      readonly ok: true;
      readonly baseOffset: number;
      /** -1 where the records keep the producer's own timestamps. */
      readonly logAppendTimeMs: number;
      /** The batch was in the log already; it does not count again. */
      readonly isRepeat: boolean;
      /** Settles when the batch is as safe as was asked for. */
      readonly committed: Promise<Committed>;
    }
  | {
      readonly ok: false;
      readonly error: ErrorName;
      readonly message: string | null;
      /** The record for which the batch is refused, from 0 (KIP-467); null where it is not for one of them. */
      readonly recordIndex: number | null;
    };

export function refused(
  error: ErrorName,
  message: string | null,
  recordIndex: number | null = null,
): Appended {
  return { ok: false, error, message, recordIndex };
}

export function notEnough({ isr, replicas }: PartitionRecord, minInsyncReplicas: number): string {
  const there = `${isr.length} of ${replicas.length} replicas in sync, and min.insync.replicas is ${minInsyncReplicas}`;
  return minInsyncReplicas > replicas.length
    ? `The partition has ${there}: more than there are. Make the topic with more replicas, or with a smaller minimum.`
    : `The partition has ${there}. It takes acks=all again once another replica has caught up.`;
}
