import { ProtocolError } from '@weir/kafka-protocol/protocol-error';
import { baseTimestamp, batchBaseOffset, recordCount } from '@weir/kafka-protocol/record-batch';
import { VarintReader } from '@weir/kafka-protocol/varint';

/** A record where it lies among the plain bytes of its batch. */
export interface RecordSpan {
  /** Of its length. */
  readonly start: number;
  /** Of its attributes. */
  readonly bodyStart: number;
  /** Of its offset delta, which the timestamp's stands before. */
  readonly restStart: number;
  readonly end: number;
  readonly offset: number;
  /** As the record says it; with LogAppendTime the batch's counts. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly isTombstone: boolean;
}

/** The records of the batch at `at`, of which `plain` are the bytes. Throws a ProtocolError where one is none. */
export function* spansOf(batch: Buffer, at: number, plain: Buffer): Generator<RecordSpan, void, void> {
  const reader = new VarintReader(plain);
  const position = () => plain.length - reader.remaining;
  const [offsetBase, timestampBase] = [batchBaseOffset(batch, at), baseTimestamp(batch, at)];
  for (let left = recordCount(batch, at); left > 0; left -= 1) {
    const start = position();
    const end = reader.endOf(reader.varint());
    const bodyStart = position();
    reader.skip(1);
    const timestamp = timestampBase + reader.varlong();
    const restStart = position();
    const offset = offsetBase + reader.varint();
    const key = reader.nullableBytes();
    const isTombstone = reader.varint() < 0;
    if (position() > end) throw new ProtocolError('INVALID_REQUEST', 'a record is not as long as it says');
    reader.seek(end);
    yield { start, bodyStart, restStart, end, offset, timestamp, key, isTombstone };
  }
}
