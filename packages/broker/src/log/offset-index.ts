const entryBytes = 8;

/**
 * Kafka's `.index`: `relativeOffset: int32, position: int32`, one entry for about every 4 KiB of log. The
 * offset is the last of the batch that begins at the position. Held as the file's own bytes, so that
 * writing it out is writing its tail.
 */
export class OffsetIndex {
  readonly baseOffset: number;
  #bytes: Buffer;
  #length: number;

  constructor(baseOffset: number, bytes: Buffer = Buffer.alloc(0)) {
    this.baseOffset = baseOffset;
    this.#bytes = bytes;
    this.#length = bytes.length - (bytes.length % entryBytes);
  }

  /** Bytes that a file of this index has. */
  get length(): number {
    return this.#length;
  }

  append(lastOffset: number, position: number): void {
    this.#bytes = withRoom(this.#bytes, this.#length + entryBytes);
    this.#bytes.writeInt32BE(lastOffset - this.baseOffset, this.#length);
    this.#bytes.writeInt32BE(position, this.#length + 4);
    this.#length += entryBytes;
  }

  /** Where to begin looking for `offset`: the greatest known batch start that cannot lie behind it. */
  positionFor(offset: number): number {
    const relative = offset - this.baseOffset;
    const entry = lastEntryNotAbove(
      this.#bytes,
      this.#length,
      entryBytes,
      (at) => this.#bytes.readInt32BE(at),
      relative,
    );
    return entry < 0 ? 0 : this.#bytes.readInt32BE(entry + 4);
  }

  /** Whether entries ascend in both columns and point inside `fileBytes` of log. */
  isSane(fileBytes: number): boolean {
    for (let at = 0; at < this.#length; at += entryBytes) {
      if (this.#bytes.readInt32BE(at + 4) >= fileBytes) return false;
      if (at === 0) continue;
      if (this.#bytes.readInt32BE(at) <= this.#bytes.readInt32BE(at - entryBytes)) return false;
      if (this.#bytes.readInt32BE(at + 4) <= this.#bytes.readInt32BE(at + 4 - entryBytes)) return false;
    }
    return true;
  }

  /** Forgets every entry of a batch that begins at `position` or later. */
  cutFrom(position: number): void {
    while (this.#length > 0 && this.#bytes.readInt32BE(this.#length - 4) >= position)
      this.#length -= entryBytes;
  }

  /** The file's bytes from `from` on; a view. */
  bytesFrom(from: number): Buffer {
    return this.#bytes.subarray(from, this.#length);
  }
}

/** `bytes`, or a copy of twice the size where `length` does not fit. */
export function withRoom(bytes: Buffer, length: number): Buffer {
  if (length <= bytes.length) return bytes;
  const larger = Buffer.alloc(Math.max(64, bytes.length * 2, length));
  bytes.copy(larger);
  return larger;
}

/** Byte position of the last entry whose key is not above `key`; negative when all are. */
export function lastEntryNotAbove(
  bytes: Buffer,
  length: number,
  entrySize: number,
  keyAt: (at: number) => number,
  key: number,
): number {
  let low = 0;
  let high = length / entrySize - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (keyAt(middle * entrySize) <= key) low = middle + 1;
    else high = middle - 1;
  }
  return bytes.length === 0 ? -1 : high * entrySize;
}
