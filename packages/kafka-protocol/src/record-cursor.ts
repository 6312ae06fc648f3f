import { ProtocolError } from './protocol-error.ts';
import {
  baseTimestamp,
  batchBaseOffset,
  isLogAppendTime,
  maxTimestamp,
  recordCount,
} from './record-batch.ts';
import { VarintReader } from './varint.ts';

/**
 * Walks the records of a batch one after the other and makes nothing of them: for whoever looks for one of
 * millions. The fields tell of the record that `next` came to. Values and headers are not looked into.
 */
export class RecordCursor {
  offset = -1;
  /** Milliseconds; with LogAppendTime the batch's. */
  timestamp = -1;
  hasKey = false;
  readonly #reader: VarintReader;
  readonly #baseOffset: number;
  readonly #baseTimestamp: number;
  readonly #appendTime: number | null;
  #left: number;

  /** `plain`: what `plainRecords` gave for the batch at `at`. */
  constructor(batch: Buffer, at: number, plain: Buffer) {
    this.#reader = new VarintReader(plain);
    this.#baseOffset = batchBaseOffset(batch, at);
    this.#baseTimestamp = baseTimestamp(batch, at);
    this.#appendTime = isLogAppendTime(batch, at) ? maxTimestamp(batch, at) : null;
    this.#left = recordCount(batch, at);
  }

  /** False behind the last record. Throws a ProtocolError for a record that is not one. */
  next(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    const reader = this.#reader;
    const end = reader.endOf(reader.varint());
    reader.skip(1);
    const timestamp = this.#baseTimestamp + reader.varlong();
    this.timestamp = this.#appendTime ?? timestamp;
    this.offset = this.#baseOffset + reader.varint();
    const keyBytes = reader.varint();
    if (keyBytes < -1) throw new ProtocolError('INVALID_REQUEST', `a key of ${keyBytes} bytes`);
    this.hasKey = keyBytes >= 0;
    if (this.hasKey && reader.endOf(keyBytes) > end) {
      throw new ProtocolError('INVALID_REQUEST', 'a key is longer than its record');
    }
    reader.seek(end);
    return true;
  }
}
