import { expect, test } from 'vitest';
import type { CountedRow } from '../deps.ts';
import { countedIdleWindows } from '../limits.ts';
import { type WrittenBatch, WrittenTerms } from './written-terms.ts';

const place = { topicId: 'T', index: 0 };
const batch = (from: number, to: number, epoch = 1): WrittenBatch => ({ epoch, from, to });

function life(bootEpoch = 1, before: readonly CountedRow[] = []) {
  const terms = new WrittenTerms();
  terms.begin(bootEpoch, before);
  const wrote = (from: number, to: number, epoch = 1) =>
    terms.appended(place, 'orders', batch(from, to, epoch));
  const told = () =>
    terms.rows().map(({ through, ahead, to, isDone }) => ({ through, ahead: [...ahead], to, isDone }));
  return { terms, wrote, told };
}

test('everything before the first batch that is under way is counted, and what is settled behind it is named', () => {
  const { terms, wrote, told } = life();
  const [first, second] = [wrote(10, 12), wrote(12, 15)];
  expect(told()).toEqual([{ through: 10, ahead: [], to: null, isDone: false }]);
  terms.settled(second);
  expect(told()).toEqual([{ through: 10, ahead: [[12, 15]], to: null, isDone: false }]);
  terms.settled(first);
  expect(told()).toEqual([{ through: 15, ahead: [], to: null, isDone: false }]);
});

test('a later life is told what the one before had under way, until it has counted it', () => {
  const { terms, wrote } = life();
  terms.settled(wrote(0, 5));
  wrote(5, 7);
  const next = life(2, terms.take());
  const [row] = next.terms.owed();
  if (row === undefined) throw new Error('a batch was under way');
  expect(row).toMatchObject({ topicId: 'T', topic: 'orders', firstEpoch: 1, lastEpoch: 1, through: 5 });
  next.terms.paid(row);
  expect(next.terms.owed()).toEqual([]);
  expect(next.terms.take()).toMatchObject([{ id: row.id, isDone: true }]);
});

test('what this life writes itself is not counted from the log as well, though the term may be the same', () => {
  const { terms, wrote } = life();
  wrote(5, 7);
  const next = life(2, terms.take());
  next.wrote(7, 9);
  expect(next.terms.owed()).toMatchObject([{ through: 5, to: 7 }]);
});

test('of a leader that was deposed the log is asked for what was lost, once nothing of it is under way', () => {
  const { terms, wrote } = life();
  const [lost, late] = [wrote(0, 3), wrote(3, 6)];
  terms.lost(lost);
  expect(terms.owed()).toEqual([]);
  terms.settled(late);
  expect(terms.owed()).toMatchObject([{ through: 0, ahead: [[3, 6]], to: 6, isDone: false }]);
});

test('a log that was cut and written to again owes nothing from there on', () => {
  const { terms, wrote } = life();
  terms.lost(wrote(10, 14));
  wrote(12, 13);
  expect(terms.owed()).toMatchObject([{ through: 10, to: 12 }]);
  expect(terms.take()).toMatchObject([{ through: 12 }, { through: 10, to: 12 }]);
});

test('a leader that goes on in the next term goes on counting; one that comes back after another begins anew', () => {
  const { terms, wrote } = life();
  terms.settled(wrote(0, 1, 4));
  terms.settled(wrote(1, 2, 5));
  expect(terms.rows()).toMatchObject([{ firstEpoch: 4, lastEpoch: 5, through: 2 }]);
  terms.settled(wrote(8, 9, 7));
  expect(terms.rows()).toMatchObject([
    { firstEpoch: 4, lastEpoch: 5, isDone: true },
    { firstEpoch: 7, lastEpoch: 7, through: 9, isDone: false },
  ]);
});

test('the first batch of each term is known to a later life before it is acknowledged', async () => {
  const { terms, wrote } = life();
  const keeps: PromiseWithResolvers<void>[] = [];
  terms.keep = () => {
    const kept = Promise.withResolvers<void>();
    keeps.push(kept);
    return kept.promise;
  };
  const { stretch } = wrote(0, 1);
  expect(stretch.known).not.toBeNull();
  keeps[0]?.resolve();
  await stretch.known;
  expect([stretch.known, wrote(1, 2).stretch, stretch.known]).toEqual([null, stretch, null]);
  expect([wrote(2, 3, 2).stretch, keeps.length]).toEqual([stretch, 2]);
  expect(stretch.known).not.toBeNull();
});

test('a partition that nobody writes to for long needs no row, and one with a batch under way keeps its own', () => {
  const { terms, wrote, told } = life();
  terms.settled(wrote(0, 1));
  for (let window = 0; window < countedIdleWindows; window += 1) terms.take();
  expect(told()).toEqual([]);
  expect(terms.take()).toMatchObject([{ through: 1, isDone: true }]);
  wrote(1, 2);
  for (let window = 0; window < 2 * countedIdleWindows; window += 1) terms.take();
  terms.close();
  expect(terms.take()).toMatchObject([{ through: 1, to: 2, isDone: false }]);
});
