import { Floors } from '../floors.ts';
import { Violation } from '../world.ts';
import type { FoundRecord } from './committed-records.ts';
import { JournalTransaction } from './journal-transaction.ts';

/** A record that somebody means to write, once. */
export interface Meant {
  readonly id: string;
  readonly writer: string;
  /** Of what its writer writes to the partition, ascending. */
  readonly order: number;
  readonly partition: number;
  readonly key: string;
  readonly isTombstone: boolean;
  readonly timestamp: number;
  readonly sentMs: number;
  /** Null: it stands for itself. */
  readonly transaction: JournalTransaction | null;
}

/** A record of which it is known where it is. */
interface Placed {
  readonly meant: Meant;
  readonly offset: number;
  /** Since when it must be there for every reader of committed records; null: it may be aborted yet. */
  sureMs: number | null;
}

/** What may be taken out of the log, and when. */
export interface JournalRules {
  readonly isCompacted: boolean;
  /** So long a tombstone stays at least; null: nobody can tell, as clocks are set. */
  readonly tombstoneMs: number | null;
  /** −1: for ever. */
  readonly retentionMs: number;
}

/** What one reader has found from `from` to `to` (exclusive), by offset, having begun at `beganMs`. */
export interface Scan {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly beganMs: number;
  readonly found: ReadonlyMap<number, string>;
}

/** What was meant to be written to the journal, and what the brokers have told of it, which they can never take back. */
export class Journal {
  readonly rules: JournalRules;
  /** Where it begins at least, as was acknowledged to whoever deleted records. */
  readonly starts = new Floors();
  /** Up to where readers of committed records were let. */
  readonly stableEnds = new Floors();
  /** What groups have committed, by transactional id. */
  readonly commits = new Floors();
  readonly transactions = new Map<string, JournalTransaction[]>();
  /** All transactions are over, also those whose producers are gone. */
  isAtRest = false;
  private readonly now: () => number;
  private readonly meant = new Map<string, Meant>();
  private readonly placed = new Map<string, Placed>();
  /** By partition, then offset. */
  private readonly places = new Map<number, Map<number, Placed>>();
  /** By partition, up to where anybody has asked for records to be deleted. */
  private readonly deletedTo = new Map<number, number>();
  /** Who was given a producer id and epoch. */
  private readonly owners = new Map<string, string>();

  constructor(now: () => number, rules: JournalRules) {
    this.now = now;
    this.rules = rules;
  }

  begins(transactionalId: string, producer: string): JournalTransaction {
    const all = this.transactions.get(transactionalId) ?? [];
    this.transactions.set(transactionalId, all);
    const transaction = new JournalTransaction(`${producer}#${all.length + 1}`, all.length + 1);
    all.push(transaction);
    return transaction;
  }

  /** Two that had the same epoch of the same id could not be told from each other. */
  wasGiven(producerId: number, epoch: number, producer: string): void {
    const given = `${producerId}/${epoch}`;
    const owner = this.owners.get(given) ?? producer;
    this.owners.set(given, owner);
    if (owner !== producer) throw new Violation(`${producer} was given id and epoch ${given} of ${owner}`);
  }

  means(meant: Meant): void {
    this.meant.set(meant.id, meant);
  }

  /** Its writer was told where it is. */
  acknowledged(id: string, offset: number): void {
    this.place(this.meantBy(id), offset);
  }

  /** All that its producer has written in it is there from now on. */
  committed(transaction: JournalTransaction): void {
    transaction.wasTold('committed');
    for (const placed of this.placed.values())
      if (placed.meant.transaction === transaction) placed.sureMs ??= this.now();
  }

  /** A reader of committed records has found it, or passed it over. */
  found(partition: number, record: FoundRecord): void {
    const meant = this.meantBy(record.id);
    const where = `journal-${partition} at ${record.offset}`;
    const isSame =
      meant.partition === partition && meant.key === record.key && meant.isTombstone === record.isTombstone;
    if (!isSame) throw new Violation(`${where}: ${record.id} is not what was written`);
    const placed = this.place(meant, record.offset);
    if (meant.transaction !== null)
      meant.transaction.wasSeen(record.isAborted ? 'aborted' : 'committed', where);
    else if (record.isAborted) throw new Violation(`${where}: ${record.id} is in no transaction`);
    if (!record.isAborted) placed.sureMs ??= this.now();
  }

  /** Somebody asks for all records before `offset` to be deleted. */
  deletes(partition: number, offset: number): void {
    this.deletedTo.set(partition, Math.max(this.deletedTo.get(partition) ?? 0, offset));
  }

  /** What begins at `offset` has lost nothing before it that nobody deleted. `latestMs`: as late as any broker's clock has told. */
  checkStart(partition: number, offset: number, latestMs: number): void {
    const { retentionMs } = this.rules;
    const deletedTo = this.deletedTo.get(partition) ?? 0;
    for (const [place, { meant, sureMs }] of this.places.get(partition) ?? []) {
      if (place >= offset || place < deletedTo || sureMs === null) continue;
      if (retentionMs >= 0 && meant.timestamp + retentionMs < latestMs) continue;
      if (this.isSuperseded(meant, place) || this.mayBeForgotten(meant) || this.mayBeHidden(meant, place))
        continue;
      throw new Violation(`journal-${partition} begins at ${offset}, and ${meant.id} was at ${place}`);
    }
  }

  /** What was there when the reader began was found, unless compaction may have taken it. `staleMs`: as old as an answer may be. */
  check({ partition, from, to, beganMs, found }: Scan, staleMs: number): void {
    /** By key, the last that was sure to be there. */
    const newest = new Map<string, number>();
    const sure: (readonly [number, Placed])[] = [];
    for (const [place, placed] of this.places.get(partition) ?? []) {
      const { meant, sureMs } = placed;
      if (place < from || place >= to || sureMs === null) continue;
      if (found.has(place) || sureMs <= beganMs - staleMs) {
        newest.set(meant.key, Math.max(newest.get(meant.key) ?? -1, place));
      }
      if (sureMs <= beganMs - staleMs) sure.push([place, placed]);
    }
    for (const [place, { meant }] of sure) {
      if (found.has(place)) continue;
      const isSuperseded = this.rules.isCompacted && (newest.get(meant.key) ?? -1) > place;
      if (isSuperseded || this.mayBeForgotten(meant) || this.mayBeHidden(meant, place)) continue;
      throw new Violation(`journal-${partition}: ${meant.id} was at ${place}, and is not there`);
    }
  }

  private isSuperseded({ key, partition }: Meant, offset: number): boolean {
    if (!this.rules.isCompacted) return false;
    return [...(this.places.get(partition) ?? [])].some(
      ([place, { meant, sureMs }]) => meant.key === key && place > offset && sureMs !== null,
    );
  }

  /** A tombstone whose time may be over. */
  private mayBeForgotten({ isTombstone, sentMs }: Meant): boolean {
    const { isCompacted, tombstoneMs } = this.rules;
    if (!isCompacted || !isTombstone) return false;
    return tombstoneMs === null || this.now() >= sentMs + tombstoneMs;
  }

  /** A later tombstone, of which nobody need have heard, has taken it away, and was forgotten in its turn. */
  private mayBeHidden({ key, partition }: Meant, offset: number): boolean {
    return [...this.meant.values()].some(
      (each) =>
        each.key === key &&
        each.partition === partition &&
        (this.placed.get(each.id)?.offset ?? Number.POSITIVE_INFINITY) > offset &&
        this.mayBeForgotten(each),
    );
  }

  /** All has been read: of what was read as committed anywhere all is there. */
  settle(): void {
    for (const placed of this.placed.values())
      if (placed.meant.transaction?.decision === 'committed') placed.sureMs ??= 0;
  }

  /** A group has the offset that one of the id's transactions has brought; −1: none has. */
  foundOffset(transactionalId: string, offset: number): void {
    const all = this.transactions.get(transactionalId) ?? [];
    const where = `the offset of ${transactionalId}`;
    const transaction = all[offset - 1];
    if (offset !== -1 && transaction?.hasOffsets !== true)
      throw new Violation(`${where}: nobody brought ${offset}`);
    transaction?.wasSeen('committed', where);
    for (const { id, serial, hasOffsets, told } of all)
      if (hasOffsets && told === 'committed' && serial > offset && this.isAtRest)
        throw new Violation(`${where} is ${offset}, though ${id} was committed`);
  }

  /** Of each writer the order, in a partition that was read whole. */
  checkOrder(partition: number, found: ReadonlyMap<number, string>): void {
    const last = new Map<string, Meant>();
    for (const [, id] of [...found].sort(([one], [other]) => one - other)) {
      const meant = this.meantBy(id);
      const before = last.get(meant.writer);
      if (before !== undefined && before.order > meant.order)
        throw new Violation(`journal-${partition}: ${id} stands behind ${before.id}`);
      last.set(meant.writer, meant);
    }
  }

  /** What was sure to be there lies before the end. */
  checkEnd(partition: number, endOffset: number): void {
    for (const [place, { meant, sureMs }] of this.places.get(partition) ?? [])
      if (place >= endOffset && sureMs !== null)
        throw new Violation(`journal-${partition} ends at ${endOffset}, and ${meant.id} was at ${place}`);
  }

  private meantBy(id: string): Meant {
    const meant = this.meant.get(id);
    if (meant === undefined)
      throw new Violation(`nobody wrote ${id === '' ? 'a record without a name' : id}`);
    return meant;
  }

  private place(meant: Meant, offset: number): Placed {
    const { id, partition, transaction } = meant;
    const places = this.places.get(partition) ?? new Map<number, Placed>();
    this.places.set(partition, places);
    const known = this.placed.get(id);
    const there = places.get(offset);
    if (known !== undefined && known.offset !== offset)
      throw new Violation(`journal-${partition}: ${id} is at ${known.offset} and at ${offset}`);
    if (there !== undefined && there.meant !== meant)
      throw new Violation(`journal-${partition}: ${id} is at ${offset}, where ${there.meant.id} was`);
    const isSure = transaction === null || transaction.told === 'committed';
    const placed = known ?? { meant, offset, sureMs: isSure ? this.now() : null };
    this.placed.set(id, placed);
    places.set(offset, placed);
    return placed;
  }
}
