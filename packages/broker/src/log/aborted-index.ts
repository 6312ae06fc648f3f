import type { Disk, DiskFile } from '../deps.ts';
import { abortedEntriesUnwrittenMax } from '../limits.ts';

/** A transaction that was aborted, as one partition has it: its first record's offset, and its marker's. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Before it no transaction was open once this one had ended: none that ends later has records there. */
  readonly lastStableOffset: number;
}

const entryBytes = 34;
/** Entries that stay in memory though they are written, as consumers near the log's end ask for them. */
const entriesKept = 64;
const entriesPerRead = 1_000;

type Files = Pick<Disk, 'open'>;

/**
 * Kafka's `.txnindex`: the aborted transactions whose markers lie in one segment, in the order of these. An entry
 * is `version: int16 (0), producer id, first offset, last offset, last stable offset: int64`. What is written
 * is read again when somebody asks for it; only the newest are in memory. There is no file where there is no entry.
 */
export class AbortedIndex {
  readonly #disk: Files;
  readonly #path: string;
  /** The newest, the unwritten ones among them; the first is entry number `#keptFrom`. */
  #kept: AbortedTransaction[] = [];
  #keptFrom = 0;
  #written = 0;
  #lastOffset = -1;
  /** The file has more than what counts. */
  #mustCut = false;

  constructor(disk: Files, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  get size(): number {
    return this.#keptFrom + this.#kept.length;
  }

  /** Whether so many entries wait for `flush` that it is not to be put off. */
  get isDue(): boolean {
    return this.size - this.#written >= abortedEntriesUnwrittenMax;
  }

  add(transaction: AbortedTransaction): void {
    this.#kept.push(transaction);
    this.#lastOffset = transaction.lastOffset;
  }

  /** Takes over those entries of the file, which must be there, that ended before `endOffset`: the others are learnt again. */
  async load(endOffset: number): Promise<void> {
    await this.#withFile('existing', async (file) => {
      const bytes = await file.size();
      const all = Math.floor(bytes / entryBytes);
      const count = await firstEndingAt(file, all, endOffset);
      this.#written = count;
      this.#kept = await readEntries(file, Math.max(count - entriesKept, 0), count);
      this.#keptFrom = count - this.#kept.length;
      this.#lastOffset = this.#kept.at(-1)?.lastOffset ?? -1;
      this.#mustCut = count * entryBytes !== bytes;
    });
  }

  /**
   * Those with records or their marker in [from, to), and whether no later segment has more of them. Rejects when the
   * disk refuses.
   */
  async between(
    from: number,
    to: number,
  ): Promise<{ readonly found: readonly AbortedTransaction[]; readonly isAll: boolean }> {
    if (this.#lastOffset < from) return { found: [], isAll: false };
    const isInMemory = this.#keptFrom === 0 || (this.#kept[0]?.lastOffset ?? from) < from;
    if (isInMemory) return pick(this.#kept, from, to);
    // As they are now: a flush moves them while the file is read.
    const written = this.#written;
    const unwritten = this.#kept.slice(written - this.#keptFrom);
    const found: AbortedTransaction[] = [];
    return this.#withFile('existing', async (file) => {
      for (let at = await firstEndingAt(file, written, from); at < written; at += entriesPerRead) {
        const entries = await readEntries(file, at, Math.min(at + entriesPerRead, written));
        const picked = pick(entries, from, to);
        found.push(...picked.found);
        if (picked.isAll) return { found, isAll: true };
      }
      const rest = pick(unwritten, from, to);
      return { found: [...found, ...rest.found], isAll: rest.isAll };
    });
  }

  /** Brings what is new to the file; to the medium as well if it is to be `durable`. One call at a time. */
  async flush(isDurable: boolean): Promise<void> {
    const { size } = this;
    if (size === this.#written && !this.#mustCut && (!isDurable || size === 0)) return;
    const entries = this.#kept.slice(this.#written - this.#keptFrom);
    await this.#withFile(undefined, async (file) => {
      if (entries.length > 0) await file.write([encode(entries)], this.#written * entryBytes);
      if (this.#mustCut) await file.truncate(size * entryBytes);
      if (isDurable) await file.sync();
    });
    this.#mustCut = false;
    this.#written = size;
    const surplus = Math.min(this.#kept.length - entriesKept, size - this.#keptFrom);
    if (surplus <= 0) return;
    this.#kept.splice(0, surplus);
    this.#keptFrom += surplus;
  }

  /** What the file holds does not count: its segment is read anew. */
  startAnew(): void {
    this.#mustCut = true;
  }

  async #withFile<Result>(
    how: 'existing' | undefined,
    work: (file: DiskFile) => Promise<Result>,
  ): Promise<Result> {
    const file = await this.#disk.open(this.#path, how);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }
}

/**
 * Of a log's segments the transactions that were aborted and have records or their marker in [from, to). Rejects when the
 * disk refuses.
 */
export async function abortedBetween(
  segments: readonly { readonly baseOffset: number; readonly aborted: AbortedIndex }[],
  from: number,
  to: number,
): Promise<readonly AbortedTransaction[]> {
  const all: AbortedTransaction[] = [];
  const first = segments.findLastIndex((segment) => segment.baseOffset <= from);
  // A copy: retention may take some away meanwhile.
  for (const { aborted } of segments.slice(Math.max(first, 0))) {
    if (aborted.size === 0) continue;
    const { found, isAll } = await aborted.between(from, to);
    all.push(...found);
    if (isAll) break;
  }
  return all;
}

function pick(
  entries: readonly AbortedTransaction[],
  from: number,
  to: number,
): { found: AbortedTransaction[]; isAll: boolean } {
  const found: AbortedTransaction[] = [];
  for (const entry of entries) {
    if (entry.lastOffset >= from && entry.firstOffset < to) found.push(entry);
    if (entry.lastOffset >= from && entry.lastStableOffset >= to) return { found, isAll: true };
  }
  return { found, isAll: false };
}

/** The number of the first of `count` entries that ends at `offset` or behind it. */
async function firstEndingAt(file: DiskFile, count: number, offset: number): Promise<number> {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [entry] = await readEntries(file, middle, middle + 1);
    if (entry !== undefined && entry.lastOffset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readEntries(file: DiskFile, from: number, to: number): Promise<AbortedTransaction[]> {
  const bytes = Buffer.alloc((to - from) * entryBytes);
  const filled = await file.read(bytes, from * entryBytes);
  if (filled < bytes.length) throw new Error(`a transaction index ends at ${from * entryBytes + filled}`);
  return Array.from({ length: to - from }, (_, index) => {
    const at = index * entryBytes;
    return {
      producerId: Number(bytes.readBigInt64BE(at + 2)),
      firstOffset: Number(bytes.readBigInt64BE(at + 10)),
      lastOffset: Number(bytes.readBigInt64BE(at + 18)),
      lastStableOffset: Number(bytes.readBigInt64BE(at + 26)),
    };
  });
}

function encode(entries: readonly AbortedTransaction[]): Buffer {
  const bytes = Buffer.alloc(entries.length * entryBytes);
  for (const [index, entry] of entries.entries()) {
    const at = index * entryBytes;
    bytes.writeBigInt64BE(BigInt(entry.producerId), at + 2);
    bytes.writeBigInt64BE(BigInt(entry.firstOffset), at + 10);
    bytes.writeBigInt64BE(BigInt(entry.lastOffset), at + 18);
    bytes.writeBigInt64BE(BigInt(entry.lastStableOffset), at + 26);
  }
  return bytes;
}
