import { expect, test } from 'vitest';
import {
  producerBatchBytes,
  producerBytesSpare,
  producerEntryBytes,
  producerExpirationMs,
  producerRememberedMsMin,
  producersPerPartitionMax,
} from '../limits.ts';
import { Account } from '../memory/account.ts';
import { ledgerForTests } from '../testing/log-for-tests.ts';
import { type ProducerBatch, ProducerLedger } from './producer-ledger.ts';

const sequenceMax = 0x7fff_ffff;

function batch(firstSequence: number, count: number, baseOffset: number): ProducerBatch {
  const lastSequence = (firstSequence + count - 1) % 0x8000_0000;
  return { firstSequence, lastSequence, baseOffset, lastOffset: baseOffset + count - 1, timestamp: 1_000 };
}

/** A ledger that knows producer 1 by batches of ten records, the first at offset 100 and sequence 0. */
function afterBatches(count: number): ProducerLedger {
  const ledger = ledgerForTests();
  for (let index = 0; index < count; index += 1) ledger.learn(1, 0, batch(index * 10, 10, 100 + index * 10));
  return ledger;
}

test('answers a repeat of any of the last five batches with its own offset, and of no older one', () => {
  const ledger = afterBatches(7);
  for (let index = 2; index < 7; index += 1) {
    const verdict = ledger.check(1, 0, index * 10, index * 10 + 9);
    expect(verdict).toMatchObject({ kind: 'duplicate', batch: { baseOffset: 100 + index * 10 } });
  }
  expect(ledger.check(1, 0, 10, 19)).toEqual({ kind: 'reject', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
});

test('a log that is read again from a snapshot answers repeats of the batches before it as well', () => {
  const ledger = afterBatches(7);
  const memory = ledger.memory();
  expect(ledger.load(afterBatches(6).snapshot())).toBe(true);
  ledger.recall(memory);
  for (let index = 2; index < 6; index += 1) {
    const verdict = ledger.check(1, 0, index * 10, index * 10 + 9);
    expect(verdict).toMatchObject({ kind: 'duplicate', batch: { baseOffset: 100 + index * 10 } });
  }
  // The seventh was cut off: it is not in the log, and comes again.
  expect(ledger.check(1, 0, 60, 69)).toEqual({ kind: 'accept' });
});

test('takes the next sequence only: a gap, and half a repeat, are out of order', () => {
  const ledger = afterBatches(2);
  expect(ledger.check(1, 0, 20, 25).kind).toBe('accept');
  for (const [first, last] of [
    [21, 25],
    [10, 15],
    [15, 19],
    [19, 30],
  ] as const) {
    expect(ledger.check(1, 0, first, last)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
  }
});

test('sequences wrap from 2³¹−1 to 0, also inside a batch', () => {
  const ledger = ledgerForTests();
  ledger.learn(1, 0, batch(sequenceMax - 4, 10, 0));
  expect(ledger.check(1, 0, 5, 9).kind).toBe('accept');
  expect(ledger.check(1, 0, sequenceMax - 4, 4)).toMatchObject({ kind: 'duplicate' });
  ledger.learn(2, 0, batch(sequenceMax, 1, 10));
  expect(ledger.check(2, 0, 0, 0).kind).toBe('accept');
});

test('a stale epoch is fenced, a new one starts at 0, an unknown producer starts anywhere', () => {
  const ledger = ledgerForTests();
  ledger.learn(1, 5, batch(0, 10, 0));
  expect(ledger.check(1, 4, 10, 11)).toEqual({ kind: 'reject', error: 'INVALID_PRODUCER_EPOCH' });
  expect(ledger.check(1, 6, 0, 3).kind).toBe('accept');
  expect(ledger.check(1, 6, 10, 11)).toEqual({ kind: 'reject', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
  expect(ledger.check(2, 0, 77, 80).kind).toBe('accept');
  ledger.learn(1, 6, batch(0, 1, 10));
  expect(ledger.check(1, 6, 0, 0)).toMatchObject({ kind: 'duplicate', batch: { baseOffset: 10 } });
});

test('a snapshot is, byte for byte, what Apache Kafka writes', () => {
  const ledger = ledgerForTests();
  ledger.learn(0x0102, 3, {
    firstSequence: 5,
    lastSequence: 9,
    baseOffset: 40,
    lastOffset: 44,
    timestamp: 0x18bcfe56800,
  });
  const entry = [
    '0000000000000102', // producer id
    '0003', // epoch
    '00000009', // last sequence
    '000000000000002c', // last offset
    '00000004', // offset delta
    '0000018bcfe56800', // timestamp
    'ffffffff', // coordinator epoch
    'ffffffffffffffff', // first offset of the open transaction
  ];
  const snapshot = ledger.snapshot().toString('hex');
  expect(snapshot.slice(0, 4)).toBe('0001');
  expect(snapshot.slice(12)).toBe(`00000001${entry.join('')}`);
});

test('a snapshot brings back what the next batch is told from', () => {
  const ledger = afterBatches(3);
  ledger.learn(2, 1, batch(sequenceMax - 1, 4, 500));
  const again = ledgerForTests();
  expect(again.load(ledger.snapshot())).toBe(true);
  expect(again.check(1, 0, 20, 29)).toMatchObject({ kind: 'duplicate', batch: { baseOffset: 120 } });
  expect(again.check(1, 0, 30, 31).kind).toBe('accept');
  expect(again.check(2, 1, sequenceMax - 1, 1)).toMatchObject({
    kind: 'duplicate',
    batch: { baseOffset: 500 },
  });
  expect(again.check(2, 1, 2, 3).kind).toBe('accept');
});

test('a snapshot that is damaged or cut at any byte is refused, and changes nothing', () => {
  const bytes = afterBatches(2).snapshot();
  const ledger = afterBatches(1);
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x40;
    expect(ledger.load(damaged)).toBe(false);
    expect(ledger.load(bytes.subarray(0, at))).toBe(false);
  }
  expect(ledger.check(1, 0, 0, 9).kind).toBe('duplicate');
});

/** A ledger on a clock that the test moves, with an account of its own. */
function bounded(bytesMax: number) {
  const account = new Account(bytesMax);
  const time = { now: 0 };
  const ledger = new ProducerLedger({ account, monotonicMs: () => time.now });
  return { account, time, ledger };
}

test('forgets producers that stay idle, and not those that write records of long ago', () => {
  const { account, time, ledger } = bounded(Number.MAX_SAFE_INTEGER);
  ledger.learn(1, 0, batch(0, 10, 100));
  ledger.learn(2, 0, batch(0, 1, 200));
  time.now = producerExpirationMs;
  ledger.expire();
  expect(ledger.size).toBe(2);
  ledger.learn(2, 0, batch(1, 1, 201));
  time.now += 1;
  ledger.expire();
  expect(ledger.check(2, 0, 1, 1).kind).toBe('duplicate');
  expect(ledger.size).toBe(1);
  time.now += 2 * producerExpirationMs;
  ledger.expire();
  expect([ledger.size, account.bytes]).toEqual([0, 0]);
});

test.each([
  ['the partition', Number.MAX_SAFE_INTEGER],
  ['the cluster', 100 * (producerEntryBytes + producerBatchBytes) + 1_000],
])(
  'past the bound of %s a new producer is refused, and none that was active lately is forgotten',
  (_, bytesMax) => {
    const { time, ledger } = bounded(bytesMax);
    let known = 0;
    while (ledger.check(known, 0, 0, 0).kind === 'accept') {
      ledger.learn(known, 0, batch(0, 1, known));
      known += 1;
    }
    expect(known).toBeLessThanOrEqual(producersPerPartitionMax);
    expect(known).toBeGreaterThan(90);
    time.now = producerRememberedMsMin;
    expect(ledger.check(known, 0, 0, 0).kind).toBe('too-many');
    expect(ledger.check(0, 0, 0, 0).kind).toBe('duplicate');
    time.now += 1;
    ledger.learn(0, 0, batch(1, 1, 1_000_000));
    expect(ledger.check(known, 0, 0, 0).kind).toBe('accept');
    expect(ledger.check(0, 0, 1, 1).kind).toBe('duplicate');
  },
);

test('where the account comes to its end, idle producers are forgotten as early as may be', () => {
  const { time, ledger } = bounded(producerBytesSpare);
  ledger.learn(1, 0, batch(0, 1, 0));
  time.now = producerRememberedMsMin + 1;
  ledger.learn(2, 0, batch(0, 1, 1));
  ledger.expire();
  expect([ledger.has(1), ledger.has(2)]).toEqual([false, true]);
});

test('what was charged is given back, to the byte', () => {
  const { account, ledger } = bounded(Number.MAX_SAFE_INTEGER);
  for (let index = 0; index < 9; index += 1) ledger.learn(1, 0, batch(index, 1, index));
  expect(account.bytes).toBe(producerEntryBytes + 5 * producerBatchBytes);
  ledger.learn(1, 1, batch(0, 1, 9));
  expect(account.bytes).toBe(producerEntryBytes + producerBatchBytes);
  const bytes = ledger.snapshot();
  ledger.learn(2, 0, batch(0, 1, 10));
  expect(ledger.load(bytes)).toBe(true);
  expect(account.bytes).toBe(producerEntryBytes + producerBatchBytes);
  ledger.clear();
  expect(account.bytes).toBe(0);
});
