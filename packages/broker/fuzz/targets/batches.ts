import { compression } from '@weir/kafka-protocol/compression';
import { ProtocolError } from '@weir/kafka-protocol/protocol-error';
import { validateBatch } from '@weir/kafka-protocol/record-batch';
import { RecordCursor } from '@weir/kafka-protocol/record-cursor';
import { type DecodedRecord, decodeRecords, plainRecords } from '@weir/kafka-protocol/records';
import type { Random } from '../../abuse/random.ts';
import { damagedBatch, drawnBatch } from '../drawn-batch.ts';
import type { Target } from '../target.ts';

const options = { compression, outputBytesMax: 256 * 1024 };
const timestamp = 1_800_000_000_000;

/** Null where it is refused as it should be. */
function attemptTo<T>(make: () => T): T | null {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof ProtocolError) return null;
    throw cause;
  }
}

interface Walked {
  readonly offset: number;
  readonly timestamp: number;
  readonly hasKey: boolean;
}

function walk(batch: Buffer): Walked[] {
  const cursor = new RecordCursor(batch, 0, plainRecords(batch, 0, options));
  const walked: Walked[] = [];
  while (cursor.next()) {
    const { offset, timestamp: time, hasKey } = cursor;
    walked.push({ offset, timestamp: time, hasKey });
  }
  return walked;
}

function differs(record: DecodedRecord, walked: Walked | undefined): boolean {
  const isSame =
    walked !== undefined && record.offset === walked.offset && record.timestamp === walked.timestamp;
  return !isSame || walked.hasKey !== (record.key !== null);
}

function attempt(random: Random): string | null {
  const batch = drawnBatch(random, timestamp);
  if (validateBatch(batch, 0, batch.length) !== 'NONE') return 'a sound batch is refused';
  const bytes = damagedBatch(batch, random);
  const verdict = validateBatch(bytes, 0, bytes.length);
  // What is not taken is still met where a disk has gone wrong, and read back.
  const decoded = attemptTo(() => decodeRecords(bytes, 0, options));
  const walked = attemptTo(() => walk(bytes));
  if (decoded === null) return null;
  if (walked === null) return 'records that can be decoded cannot be walked';
  if (decoded.length !== walked.length) return 'other records when walked than when decoded';
  if (decoded.some((record, at) => differs(record, walked[at])))
    return 'another offset, time or key when walked than when decoded';
  return verdict === 'NONE' && decoded.length === 0 ? 'an empty batch was taken' : null;
}

/** What a producer sends, and what is read back. */
export const batches: Target = {
  name: 'batches',
  does: 'record batches of every compression, with a good CRC and without, to those who judge and read them',
  cpuMsMax: 500,
  attempt,
};
