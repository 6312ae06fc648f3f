import { expect, test } from 'vitest';
import { LeaderEpochs } from './leader-epochs.ts';

const known = () =>
  new LeaderEpochs([
    { epoch: 1, startOffset: 0 },
    { epoch: 4, startOffset: 50 },
    { epoch: 6, startOffset: 80 },
  ]);

test.each([
  ['of the present term is the log’s end', 6, { epoch: 6, endOffset: 100 }],
  ['of a former term is where the next began', 4, { epoch: 4, endOffset: 80 }],
  ['of a term without records is that of the one before it', 5, { epoch: 4, endOffset: 80 }],
  ['of a term before all is where the log’s first began', 0, { epoch: 0, endOffset: 0 }],
  ['of a term to come is not known', 7, null],
] as const)('the end %s', (_what, epoch, end) => {
  expect(known().endOf(epoch, 100)).toEqual(end);
});

test('a log without records knows no term', () => {
  expect([new LeaderEpochs().latest, new LeaderEpochs().endOf(0, 0)]).toEqual([-1, null]);
});

test('a term is noted once, where it began, and takes the place of one without records', () => {
  const epochs = known();
  epochs.assign(6, 90);
  epochs.assign(5, 95);
  expect([epochs.entries, epochs.isDirty]).toEqual([known().entries, false]);
  epochs.assign(8, 100);
  epochs.assign(9, 100);
  expect(epochs.entries.at(-1)).toEqual({ epoch: 9, startOffset: 100 });
  expect([epochs.entries.length, epochs.isDirty]).toEqual([4, true]);
});

test('where the log is cut, terms go with their records', () => {
  const epochs = known();
  epochs.cutFrom(80);
  expect(epochs.latest).toBe(4);
  epochs.cutBefore(60);
  expect(epochs.entries).toEqual([{ epoch: 4, startOffset: 60 }]);
});
