/** First offset of a leader's term, as in Kafka's leader-epoch-checkpoint. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** Where a log's records of a term end: of that term, or of the last one before it that the log knows. */
export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: number;
}

/**
 * Whose terms a log's records are of (KIP-101, KIP-279): by it two replicas find where they part. Kept in
 * memory; the file follows with the log's checkpoints, as batches carry their epoch and a start reads them
 * again from there on.
 */
export class LeaderEpochs {
  /** Oldest first; epochs and offsets both grow. */
  #entries: EpochStart[];
  /** Whether the file knows less, or more. */
  isDirty = false;

  constructor(entries: readonly EpochStart[] = []) {
    this.#entries = [...entries];
  }

  get entries(): readonly EpochStart[] {
    return this.#entries;
  }

  /** −1 where the log has no records, and nobody has led it. */
  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? -1;
  }

  /** The term of `epoch` begins at `startOffset`; nothing happens where it, or a later one, has begun. */
  assign(epoch: number, startOffset: number): void {
    if (epoch <= this.latest) return;
    // A term without a record ended where it began.
    while ((this.#entries.at(-1)?.startOffset ?? -1) >= startOffset) this.#entries.pop();
    this.#entries.push({ epoch, startOffset });
    this.isDirty = true;
  }

  /** As OffsetForLeaderEpoch answers; null where every term that is known is before `epoch`, or there is none. */
  endOf(epoch: number, logEndOffset: number): EpochEnd | null {
    const next = this.#entries.findIndex((entry) => entry.epoch > epoch);
    if (next < 0) return epoch === this.latest && epoch >= 0 ? { epoch, endOffset: logEndOffset } : null;
    const endOffset = this.#entries[next]?.startOffset ?? logEndOffset;
    return { epoch: this.#entries[next - 1]?.epoch ?? epoch, endOffset };
  }

  /** The log ends at `offset`: terms that began there or later have no record. */
  cutFrom(offset: number): void {
    this.#replace(this.#entries.filter((entry) => entry.startOffset < offset));
  }

  /** The log begins at `offset`: what is known of the records before it goes. */
  cutBefore(offset: number): void {
    const first = this.#entries.findLastIndex((entry) => entry.startOffset <= offset);
    if (first < 0) return;
    const kept = this.#entries.slice(first);
    this.#replace(kept.map((entry, at) => (at === 0 ? { ...entry, startOffset: offset } : entry)));
  }

  #replace(entries: EpochStart[]): void {
    const isSame =
      entries.length === this.#entries.length && entries[0]?.startOffset === this.#entries[0]?.startOffset;
    if (isSame) return;
    this.#entries = entries;
    this.isDirty = true;
  }
}
