import type { ErrorName } from '@weir/kafka-protocol/errors';
import {
  baseSequence,
  baseTimestamp,
  batchBaseOffset,
  isControl,
  lastOffsetDelta,
  lastSequence,
  maxTimestamp,
  producerEpoch,
  producerId,
  setBaseOffset,
  setLogAppendTime,
  setPartitionLeaderEpoch,
  validateBatch,
} from '@weir/kafka-protocol/record-batch';
import type { BatchPlace } from '../log/segment.ts';
import { type Findings, nothingFound } from './inquiry.ts';
import type { ProducerLedger, SequenceVerdict } from './producer-ledger.ts';
import { type RecordRefusal, type RecordsKnown, recordRefusal, untimelyIndex } from './record-check.ts';
import { noTimestamp } from './record-task.ts';
import { transactionRefusal } from './transaction-check.ts';

/** What a topic's configuration says of the batches it takes. */
export interface BatchRules {
  readonly messageBytesMax: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly timestampBeforeMsMax: number;
  readonly timestampAfterMsMax: number;
  readonly isCompacted: boolean;
}

export type BatchVerdict =
  | { readonly kind: 'accept'; readonly place: BatchPlace; readonly logAppendTimeMs: number }
  | {
      readonly kind: 'duplicate';
      readonly baseOffset: number;
      readonly lastOffset: number;
      readonly logAppendTimeMs: number;
    }
  | {
      readonly kind: 'reject';
      readonly error: ErrorName;
      readonly message: string | null;
      /** Null: it is not for a record that the batch is refused, or nobody knows for which. */
      readonly recordIndex: number | null;
    };

/**
 * Decides whether the bytes are one batch that may be appended at `baseOffset`, and if so makes them
 * ready for the log in place; the ledger learns of it from the log. In the order of checks of Apache Kafka's LogValidator and ProducerAppendInfo.
 */
export function acceptBatch(
  records: Buffer,
  rules: BatchRules,
  ledger: ProducerLedger,
  at: { readonly now: number; readonly baseOffset: number; readonly leaderEpoch: number },
  findings: Findings = nothingFound,
): BatchVerdict {
  const invalid = refusalOf(records, rules, at.now, findings.records);
  if (invalid !== null) return invalid;
  const usesAppendTime = rules.timestampType === 'LogAppendTime';
  const logAppendTimeMs = usesAppendTime ? at.now : -1;
  const producer = producerId(records, 0);
  const verdict = producer < 0 ? null : sequenceVerdict(records, producer, ledger, findings);
  if (verdict?.kind === 'duplicate') {
    const { baseOffset, lastOffset } = verdict.batch;
    const timestamp = usesAppendTime ? verdict.batch.timestamp : -1;
    return { kind: 'duplicate', baseOffset, lastOffset, logAppendTimeMs: timestamp };
  }
  const refusal = transactionRefusal(records, ledger, findings.verification);
  if (refusal !== null) return reject(refusal.error, refusal.message);
  if (verdict?.kind === 'reject') return reject(verdict.error, verdict.message);
  setBaseOffset(records, 0, at.baseOffset);
  setPartitionLeaderEpoch(records, 0, at.leaderEpoch);
  if (usesAppendTime) setLogAppendTime(records, 0, at.now);
  const place = {
    baseOffset: at.baseOffset,
    lastOffset: at.baseOffset + lastOffsetDelta(records, 0),
    maxTimestamp: maxTimestamp(records, 0),
    length: records.length,
  };
  return { kind: 'accept', place, logAppendTimeMs };
}

/** Whether the batch is what its producer's next one is to be. */
function sequenceVerdict(
  records: Buffer,
  producer: number,
  ledger: ProducerLedger,
  findings: Findings,
):
  | Exclude<SequenceVerdict, { readonly kind: 'reject' | 'too-many' }>
  | Extract<BatchVerdict, { kind: 'reject' }> {
  // A producer that the log knows may be older than the store.
  if (findings.isProducerUnknown && !ledger.has(producer)) {
    return reject('UNKNOWN_PRODUCER_ID', 'Nobody was given this producer id.');
  }
  const first = baseSequence(records, 0);
  const verdict = ledger.check(producer, producerEpoch(records, 0), first, lastSequence(records, 0));
  if (verdict.kind === 'reject') return reject(verdict.error);
  if (verdict.kind === 'too-many') {
    return reject(
      'POLICY_VIOLATION',
      'The cluster has as many active idempotent producers as are remembered for it (producersMax). Share producers, or turn idempotence off.',
    );
  }
  return verdict;
}

function refusalOf(
  records: Buffer,
  rules: BatchRules,
  now: number,
  known: RecordsKnown | null,
): BatchVerdict | null {
  if (records.length > rules.messageBytesMax) {
    return reject(
      'MESSAGE_TOO_LARGE',
      `The batch has ${records.length} bytes; max.message.bytes is ${rules.messageBytesMax}.`,
    );
  }
  const error = validateBatch(records, 0, records.length);
  if (error !== 'NONE') return reject(error, 'Not exactly one whole record batch of magic 2.');
  if (batchBaseOffset(records, 0) !== 0)
    return reject('INVALID_RECORD', 'The base offset of a batch that a client writes is 0.');
  if (isControl(records, 0)) return reject('INVALID_RECORD', 'Clients cannot write control batches.');
  if (producerId(records, 0) >= 0 && baseSequence(records, 0) < 0) {
    return reject('INVALID_RECORD', 'A batch with a producer id needs a sequence.');
  }
  const refusal = timeRefusal(records, rules, now) ?? recordRefusal(records, rules, now, known);
  return refusal === null ? null : reject(refusal.error, refusal.message, refusal.recordIndex);
}

/** By what the header says of times: of the first record's, and of the latest. */
function timeRefusal(records: Buffer, rules: BatchRules, now: number): RecordRefusal | null {
  if (rules.timestampType !== 'CreateTime') return null;
  const first = baseTimestamp(records, 0);
  const isFirst = first !== noTimestamp && first < now - rules.timestampBeforeMsMax;
  const isLater = maxTimestamp(records, 0) > now + rules.timestampAfterMsMax;
  if (!isFirst && !isLater) return null;
  const message = 'A timestamp lies outside message.timestamp.before/after.max.ms.';
  return {
    error: 'INVALID_TIMESTAMP',
    message,
    recordIndex: isFirst ? 0 : untimelyIndex(records, rules, now),
  };
}

function reject(error: ErrorName, message: string | null = null, recordIndex: number | null = null) {
  return { kind: 'reject', error, message, recordIndex } as const;
}
