import { expect, test } from 'vitest';
import { epochMax } from './transaction.ts';
import { TransactionDriver } from './transaction-driver.ts';

const refused = (error: string) => ({ kind: 'refused', error });
const ready = (producerId: number, producerEpoch: number) => ({ kind: 'ready', producerId, producerEpoch });
const ended = (producerId: number, producerEpoch: number) => ({ kind: 'ended', producerId, producerEpoch });

/** A driver whose id 101 has the epoch 0, and what it is brought to. */
const inState = {
  Empty: () => {
    const driver = new TransactionDriver();
    driver.init();
    return driver;
  },
  Ongoing: () => {
    const driver = inState.Empty();
    driver.add(101, 0);
    return driver;
  },
  PrepareCommit: () => {
    const driver = inState.Ongoing();
    driver.end(101, 0, true);
    return driver;
  },
  PrepareAbort: () => {
    const driver = inState.Ongoing();
    driver.end(101, 0, false);
    return driver;
  },
  CompleteCommit: () => {
    const driver = inState.PrepareCommit();
    driver.write();
    return driver;
  },
  CompleteAbort: () => {
    const driver = inState.PrepareAbort();
    driver.write();
    return driver;
  },
} as const;

type State = keyof typeof inState;

// What Apache Kafka's TransactionCoordinator answers to a producer of protocol 1, and where the id then is.
test.each<[State, string, string, string]>([
  ['Empty', 'NONE → Ongoing', 'INVALID_TXN_STATE → Empty', 'INVALID_TXN_STATE → Empty'],
  ['Ongoing', 'NONE → Ongoing', 'NONE → PrepareCommit', 'NONE → PrepareAbort'],
  [
    'PrepareCommit',
    'CONCURRENT_TRANSACTIONS → PrepareCommit',
    'CONCURRENT_TRANSACTIONS → PrepareCommit',
    'INVALID_TXN_STATE → PrepareCommit',
  ],
  [
    'PrepareAbort',
    'CONCURRENT_TRANSACTIONS → PrepareAbort',
    'INVALID_TXN_STATE → PrepareAbort',
    'CONCURRENT_TRANSACTIONS → PrepareAbort',
  ],
  ['CompleteCommit', 'NONE → Ongoing', 'NONE → CompleteCommit', 'INVALID_TXN_STATE → CompleteCommit'],
  ['CompleteAbort', 'NONE → Ongoing', 'INVALID_TXN_STATE → CompleteAbort', 'NONE → CompleteAbort'],
])('in %s adding leads to %s, a commit to %s, an abort to %s', (state, add, commit, abort) => {
  const told = (answer: ReturnType<TransactionDriver['end']>) =>
    answer.kind === 'refused' ? answer.error : 'NONE';
  const adding = inState[state]();
  expect(`${adding.add(101, 0, 1)} → ${adding.state}`).toBe(add);
  const committing = inState[state]();
  expect(`${told(committing.end(101, 0, true))} → ${committing.state}`).toBe(commit);
  const aborting = inState[state]();
  expect(`${told(aborting.end(101, 0, false))} → ${aborting.state}`).toBe(abort);
});

test.each<[State, object, string]>([
  ['Empty', ready(101, 1), 'Empty'],
  ['Ongoing', refused('CONCURRENT_TRANSACTIONS'), 'PrepareAbort'],
  ['PrepareCommit', refused('CONCURRENT_TRANSACTIONS'), 'PrepareCommit'],
  ['PrepareAbort', refused('CONCURRENT_TRANSACTIONS'), 'PrepareAbort'],
  ['CompleteCommit', ready(101, 1), 'Empty'],
  ['CompleteAbort', ready(101, 1), 'Empty'],
])('in %s the next producer of the name hears %o, and the id is then in %s', (state, answer, then) => {
  const driver = inState[state]();
  expect(driver.init()).toEqual(answer);
  expect(driver.state).toBe(then);
});

test.each(Object.keys(inState) as State[])(
  'a coordinator that starts in %s goes on as the one before',
  (state) => {
    for (const start of ['restart', 'restartFromSnapshot'] as const) {
      const driver = inState[state]();
      driver[start]();
      driver.advance(0);
      expect(driver.state).toBe(state);
      const isPrepared = state === 'PrepareCommit' || state === 'PrepareAbort';
      expect(driver.works).toMatchObject(
        isPrepared
          ? [
              {
                producerId: 101,
                producerEpoch: 0,
                isCommit: state === 'PrepareCommit',
                partitions: [{ topic: 'topic', partition: 0 }],
              },
            ]
          : [],
      );
      driver.write();
      driver.advance(60_000);
      driver.write();
      expect(driver.state).toBe(
        {
          Empty: 'Empty',
          Ongoing: 'CompleteAbort',
          PrepareCommit: 'CompleteCommit',
          PrepareAbort: 'CompleteAbort',
          CompleteCommit: 'CompleteCommit',
          CompleteAbort: 'CompleteAbort',
        }[state],
      );
    }
  },
);

test('the producer before is fenced by the next one of its name, whatever it does', () => {
  const driver = inState.Ongoing();
  expect(driver.init()).toEqual(refused('CONCURRENT_TRANSACTIONS'));
  expect(driver.works).toMatchObject([{ producerEpoch: 1, isCommit: false }]);
  driver.write();
  expect(driver.init()).toEqual(ready(101, 2));
  expect(driver.add(101, 0)).toBe('PRODUCER_FENCED');
  expect(driver.verify(101, 0)).toBe('PRODUCER_FENCED');
  expect(driver.end(101, 0, true)).toEqual(refused('PRODUCER_FENCED'));
  expect(driver.init({ producerId: 101, producerEpoch: 0 })).toEqual(refused('PRODUCER_FENCED'));
  expect(driver.add(7, 2)).toBe('INVALID_PRODUCER_ID_MAPPING');
});

test('a producer that comes back with what it had gets the next epoch, also when it asks twice (KIP-360)', () => {
  const driver = inState.CompleteAbort();
  expect(driver.init({ producerId: 101, producerEpoch: 0 })).toEqual(ready(101, 1));
  expect(driver.init({ producerId: 101, producerEpoch: 0 })).toEqual(ready(101, 1));
  expect(driver.init()).toEqual(ready(101, 2));
  expect(driver.init({ producerId: 101, producerEpoch: 1 })).toEqual(refused('PRODUCER_FENCED'));
});

test('a transaction whose time is over is aborted, its producer fenced, and its partitions told', () => {
  const driver = inState.Ongoing();
  driver.advance(59_999);
  expect(driver.state).toBe('Ongoing');
  driver.advance(1);
  expect(driver.works).toMatchObject([{ producerEpoch: 1, isCommit: false }]);
  expect(driver.end(101, 0, true)).toEqual(refused('PRODUCER_FENCED'));
  driver.write();
  expect(driver.state).toBe('CompleteAbort');
});

test('under protocol 2 a producer whose transaction was aborted for it is fenced, and its end no repeat', () => {
  const driver = inState.Empty();
  driver.add(101, 0, 0, 2);
  driver.advance(60_000);
  expect(driver.works).toMatchObject([{ producerEpoch: 2, isCommit: false, protocol: 2 }]);
  driver.write();
  expect(driver.end(101, 0, true, 2)).toEqual(refused('PRODUCER_FENCED'));
  expect(driver.end(101, 0, false, 2)).toEqual(refused('PRODUCER_FENCED'));
});

test('the time of a transaction does not begin anew with a partition or a restart', () => {
  const driver = inState.Ongoing();
  driver.advance(40_000);
  driver.add(101, 0, 1);
  driver.restart();
  driver.advance(20_000);
  expect(driver.state).toBe('PrepareAbort');
});

test('markers are written again until each partition has its own', () => {
  const driver = inState.Ongoing();
  driver.add(101, 0, 1);
  driver.end(101, 0, true);
  driver.write([{ topic: 'topic', partition: 1 }]);
  expect([driver.state, driver.works]).toEqual(['PrepareCommit', []]);
  driver.advance(100);
  expect(driver.works.map(({ partitions }) => partitions)).toEqual([[{ topic: 'topic', partition: 0 }]]);
  driver.write([]);
  driver.advance(100);
  driver.write();
  expect(driver.state).toBe('CompleteCommit');
});

test('an answer about markers of a transaction before changes nothing', () => {
  const driver = inState.PrepareCommit();
  const before = driver.works;
  driver.write();
  driver.add(101, 0);
  driver.end(101, 0, false);
  driver.works = before;
  driver.write();
  expect(driver.state).toBe('PrepareAbort');
});

test('a partition is verified in the transaction that it is part of, and in no other', () => {
  const driver = inState.Ongoing();
  expect([driver.verify(101, 0), driver.verify(101, 0, 1)]).toEqual(['NONE', 'TRANSACTION_ABORTABLE']);
  driver.end(101, 0, true);
  expect(driver.verify(101, 0)).toBe('CONCURRENT_TRANSACTIONS');
  driver.write();
  expect(driver.verify(101, 0)).toBe('TRANSACTION_ABORTABLE');
});

test('under protocol 2 each transaction has an epoch of its own, and a repeated end the same answer (KIP-890)', () => {
  const driver = inState.Empty();
  driver.add(101, 0, 0, 2);
  expect(driver.end(101, 0, true, 2)).toEqual(ended(101, 1));
  expect(driver.works).toMatchObject([{ producerEpoch: 1, protocol: 2 }]);
  expect(driver.end(101, 0, true, 2)).toEqual(refused('CONCURRENT_TRANSACTIONS'));
  driver.write();
  expect(driver.end(101, 0, true, 2)).toEqual(ended(101, 1));
  expect(driver.end(101, 0, false, 2)).toEqual(refused('INVALID_TXN_STATE'));
  driver.restart();
  expect(driver.end(101, 0, true, 2)).toEqual(ended(101, 1));
  expect(driver.add(101, 0, 0, 2)).toBe('PRODUCER_FENCED');
  expect(driver.add(101, 1, 0, 2)).toBe('NONE');
  expect(driver.end(101, 0, true, 2)).toEqual(refused('PRODUCER_FENCED'));
});

test('under protocol 2 an abort with nothing added succeeds with the next epoch, and a commit does not', () => {
  const driver = inState.Empty();
  expect(driver.end(101, 0, true, 2)).toEqual(refused('INVALID_TXN_STATE'));
  expect(driver.end(101, 0, false, 2)).toEqual(ended(101, 1));
  driver.write();
  expect(driver.state).toBe('CompleteAbort');
  expect(driver.end(101, 1, false, 2)).toEqual(ended(101, 2));
});

test('where the epochs of an id end the producer goes on with another id, also when the answer is lost', () => {
  const driver = inState.Empty();
  for (let epoch = 1; epoch < epochMax; epoch += 1) expect(driver.init()).toEqual(ready(101, epoch));
  driver.add(101, epochMax - 1, 0, 2);
  expect(driver.end(101, epochMax - 1, true, 2)).toEqual(ended(102, 0));
  expect(driver.works).toMatchObject([{ producerId: 101, producerEpoch: epochMax }]);
  driver.restart();
  driver.advance(0);
  driver.write();
  expect(driver.producer).toEqual([102, 0]);
  expect(driver.end(101, epochMax - 1, true, 2)).toEqual(ended(102, 0));
  expect(driver.add(102, 0, 0, 2)).toBe('NONE');
});

test('an id that nobody uses is forgotten, but not while something is open; with its cluster at once', () => {
  const old = new TransactionDriver({ timeoutMsMax: 1e9 });
  old.init({ timeoutMs: 1e9 });
  old.add(101, 0);
  old.advance(8 * 86_400_000);
  expect(old.state).toBe('Ongoing');
  const idle = inState.CompleteCommit();
  idle.advance(8 * 86_400_000);
  expect([idle.state, idle.account.bytes]).toEqual(['', 0]);
  const gone = inState.Ongoing();
  gone.deletedClusters.add('lkc-1');
  gone.advance(60_000);
  gone.write();
  gone.advance(3_600_000);
  expect([gone.state, gone.account.bytes]).toEqual(['', 0]);
});

test('what ids keep is counted, and a cluster whose room is used up gets no more', () => {
  const driver = inState.Ongoing();
  const { bytes } = driver.account;
  expect(bytes).toBeGreaterThan(2_000);
  driver.account.bytesMax = bytes;
  expect(driver.add(101, 0, 1)).toBe('POLICY_VIOLATION');
  expect(driver.init({ name: { clusterId: 'lkc-1', transactionalId: 'other' } })).toEqual(
    refused('POLICY_VIOLATION'),
  );
  expect(driver.end(101, 0, true)).toEqual(ended(101, 0));
  driver.restart();
  driver.advance(0);
  driver.write();
  expect(driver.account.bytes).toBeLessThan(bytes);
});

test('a cluster knows nothing of another’s id of the same name', () => {
  const driver = inState.Ongoing();
  driver.name = { clusterId: 'lkc-2', transactionalId: 'writer' };
  expect(driver.state).toBe('');
  expect(driver.add(101, 0)).toBe('INVALID_PRODUCER_ID_MAPPING');
  expect(driver.init()).toEqual(ready(102, 0));
});

test.each([0, -1, 900_001])('a time of %i ms is refused', (timeoutMs) => {
  expect(inState.Empty().init({ timeoutMs })).toEqual(refused('INVALID_TRANSACTION_TIMEOUT'));
});
