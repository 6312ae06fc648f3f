import { expect, test } from 'vitest';
import { Journal, type JournalRules, type Meant } from './journal.ts';

const keeps: JournalRules = { isCompacted: false, tombstoneMs: 0, retentionMs: -1 };
const compacts: JournalRules = { isCompacted: true, tombstoneMs: 1_000, retentionMs: -1 };

class JournalForTests {
  now = 0;
  readonly journal: Journal;
  private last = 0;

  constructor(rules: JournalRules) {
    this.journal = new Journal(() => this.now, rules);
  }

  means(id: string, change: Partial<Meant> = {}): void {
    this.last += 1;
    const { now: sentMs, last: order } = this;
    const meant = { id, writer: 'writer', order, partition: 0, key: 'key', isTombstone: false };
    this.journal.means({ ...meant, timestamp: sentMs, sentMs, transaction: null, ...change });
  }

  finds(id: string, offset: number, isAborted = false, isTombstone = false): void {
    this.journal.found(0, { id, offset, key: 'key', isTombstone, isAborted });
  }

  /** A reader of all has found these, and nothing else. */
  scans(found: readonly (readonly [number, string])[], to = 10): () => void {
    const scan = { partition: 0, from: 0, to, beganMs: this.now, found: new Map(found) };
    return () => this.journal.check(scan, 0);
  }
}

test('a record that was acknowledged and is not there, elsewhere, changed or written by nobody is found out', () => {
  const of = new JournalForTests(keeps);
  of.means('one');
  of.journal.acknowledged('one', 3);
  expect(of.scans([[3, 'one']])).not.toThrow();
  expect(of.scans([])).toThrow('one was at 3, and is not there');
  expect(() => of.finds('one', 4)).toThrow('one is at 3 and at 4');
  expect(() => of.finds('one', 3, false, true)).toThrow('not what was written');
  expect(() => of.finds('another', 4)).toThrow('nobody wrote another');
  of.means('two');
  expect(() => of.finds('two', 3)).toThrow('two is at 3, where one was');
});

test('compaction may take what is superseded, and a tombstone once its time is over', () => {
  const of = new JournalForTests(compacts);
  of.means('one');
  of.journal.acknowledged('one', 3);
  of.means('two', { isTombstone: true });
  of.journal.acknowledged('two', 4);
  expect(of.scans([[4, 'two']])).not.toThrow();
  expect(of.scans([])).toThrow('two was at 4');
  of.now = 1_000;
  expect(of.scans([])).not.toThrow();
  of.means('three');
  of.journal.acknowledged('three', 5);
  expect(of.scans([])).toThrow('three was at 5');
});

test('a transaction is committed or aborted, for everybody alike, and by its producer', () => {
  const of = new JournalForTests(keeps);
  const open = of.journal.begins('id', 'producer');
  of.means('open', { transaction: open });
  expect(() => of.finds('open', 0)).toThrow('nobody has committed it');
  const ended = of.journal.begins('id', 'producer');
  for (const id of ['first', 'second', 'third']) of.means(id, { transaction: ended });
  ended.mayBeCommitted = true;
  of.finds('first', 1);
  expect(() => of.finds('second', 2, true)).toThrow('was read as committed elsewhere');
  expect(() => ended.wasTold('aborted')).toThrow('was aborted, as its producer was told');
});

test('all of a committed transaction is there, its offset as well', () => {
  const of = new JournalForTests(keeps);
  const transaction = of.journal.begins('id', 'producer');
  transaction.hasOffsets = true;
  of.means('one', { transaction });
  of.journal.acknowledged('one', 0);
  expect(of.scans([])).not.toThrow();
  transaction.mayBeCommitted = true;
  of.journal.committed(transaction);
  expect(of.scans([])).toThrow('one was at 0');
  of.journal.foundOffset('id', -1);
  of.journal.isAtRest = true;
  expect(() => of.journal.foundOffset('id', -1)).toThrow('though producer#1 was committed');
  of.journal.foundOffset('id', 1);
  expect(() => of.journal.foundOffset('id', 2)).toThrow('nobody brought 2');
});

test('two producers never have one epoch, and none writes behind what it wrote later', () => {
  const of = new JournalForTests(keeps);
  of.journal.wasGiven(1, 0, 'one');
  of.journal.wasGiven(1, 1, 'other');
  expect(() => of.journal.wasGiven(1, 1, 'one')).toThrow('of other');
  of.means('first');
  of.means('second');
  expect(() =>
    of.journal.checkOrder(
      0,
      new Map([
        [0, 'second'],
        [1, 'first'],
      ]),
    ),
  ).toThrow('stands behind');
});

test('a log that begins behind what nobody deleted is found out, and one that ends before it', () => {
  const of = new JournalForTests(keeps);
  of.means('one');
  of.journal.acknowledged('one', 3);
  expect(() => of.journal.checkStart(0, 4, 0)).toThrow('begins at 4, and one was at 3');
  expect(() => of.journal.checkEnd(0, 3)).toThrow('ends at 3, and one was at 3');
  of.journal.deletes(0, 4);
  of.journal.checkStart(0, 4, 0);
});
