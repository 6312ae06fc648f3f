import { lastEntryNotAbove, withRoom } from './offset-index.ts';

const entryBytes = 12;

/**
 * Kafka's `.timeindex`: `timestamp: int64, relativeOffset: int32`. Each entry says that no record up to
 * that offset is younger than that timestamp; both columns ascend.
 */
export class TimeIndex {
  readonly baseOffset: number;
  #bytes: Buffer;
  #length: number;

  constructor(baseOffset: number, bytes: Buffer = Buffer.alloc(0)) {
    this.baseOffset = baseOffset;
    this.#bytes = bytes;
    this.#length = bytes.length - (bytes.length % entryBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds the entry if both its timestamp and its offset are above the last one's. */
  maybeAppend(timestamp: number, offset: number): void {
    if (timestamp < 0) return;
    if (this.#length > 0) {
      if (timestamp <= this.#timestampAt(this.#length - entryBytes)) return;
      if (offset - this.baseOffset <= this.#bytes.readInt32BE(this.#length - 4)) return;
    }
    this.#bytes = withRoom(this.#bytes, this.#length + entryBytes);
    this.#bytes.writeInt32BE(Math.floor(timestamp / 2 ** 32), this.#length);
    this.#bytes.writeUInt32BE(timestamp % 2 ** 32, this.#length + 4);
    this.#bytes.writeInt32BE(offset - this.baseOffset, this.#length + 8);
    this.#length += entryBytes;
  }

  /** An offset before which every record is older than `timestamp`. */
  offsetBefore(timestamp: number): number {
    const entry = lastEntryNotAbove(
      this.#bytes,
      this.#length,
      entryBytes,
      (at) => this.#timestampAt(at),
      timestamp - 1,
    );
    return entry < 0 ? this.baseOffset : this.baseOffset + this.#bytes.readInt32BE(entry + 8);
  }

  isSane(): boolean {
    for (let at = entryBytes; at < this.#length; at += entryBytes) {
      if (this.#timestampAt(at) <= this.#timestampAt(at - entryBytes)) return false;
      if (this.#bytes.readInt32BE(at + 8) <= this.#bytes.readInt32BE(at - 4)) return false;
    }
    return true;
  }

  /** Forgets every entry whose offset is `offset` or above. */
  cutFrom(offset: number): void {
    const relative = offset - this.baseOffset;
    while (this.#length > 0 && this.#bytes.readInt32BE(this.#length - 4) >= relative)
      this.#length -= entryBytes;
  }

  bytesFrom(from: number): Buffer {
    return this.#bytes.subarray(from, this.#length);
  }

  /** Of the first entry; null when there is none. */
  get firstTimestamp(): number | null {
    return this.#length === 0 ? null : this.#timestampAt(0);
  }

  /** The last entry, or null when there is none. */
  last(): { readonly timestamp: number; readonly offset: number } | null {
    if (this.#length === 0) return null;
    return {
      timestamp: this.#timestampAt(this.#length - entryBytes),
      offset: this.baseOffset + this.#bytes.readInt32BE(this.#length - 4),
    };
  }

  #timestampAt(at: number): number {
    return this.#bytes.readInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
  }
}
