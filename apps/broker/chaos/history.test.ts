import { expect, test } from 'vitest';
import { History, idempotentName, textOf } from './history.ts';

const value = (number: number) => textOf({ producer: idempotentName('a'), number });
const log = (...values: string[]) => values.map((each, offset) => ({ offset, value: each }));
const found = (history: History) => history.violations.map(({ anomaly }) => anomaly);

test('finds nothing where everything is as it was told', () => {
  const history = new History();
  for (const number of [0, 1, 2]) history.acknowledged(0, number, value(number));
  history.acknowledged(0, -1, value(3));
  history.began('reader');
  history.read('reader', 0, log(value(0), value(1)));
  history.read('reader', 0, [{ offset: 2, value: value(2) }]);
  history.committed(0, 3);
  history.foundCommit(0, 3, history.commitFloor(0), 'a look found');
  history.check(0, log(value(0), value(1), value(2), value(3)));
  expect(history.violations).toEqual([]);
  expect(history.counts).toEqual({ acknowledged: 4, read: 3, committed: 1 });
});

test('lost write: acknowledged and not at its offset in the end, or nowhere', () => {
  const history = new History();
  history.acknowledged(0, 1, value(1));
  history.acknowledged(0, -1, value(7));
  history.check(0, log(value(0), value(2)));
  expect(found(history)).toEqual(['lost write', 'lost write']);
});

test('lost write: also where it was read before it was acknowledged, and is gone', () => {
  const history = new History();
  history.read('reader', 0, log(value(0)));
  history.acknowledged(0, 0, value(0));
  history.check(0, []);
  expect(found(history)).toEqual(['lost write']);
});

test('duplicate: a record of an idempotent producer is there twice; one of a plain producer may be', () => {
  const history = new History();
  history.check(0, log(value(0), value(1), value(0)));
  history.check(1, log('plain 0', 'plain 0'));
  expect(found(history)).toEqual(['duplicate']);
});

test('inconsistent offset: two values were told of one offset, or another is there in the end', () => {
  const history = new History();
  history.read('reader', 0, log(value(0)));
  history.read('other', 0, log(value(1)));
  expect(found(history)).toEqual(['inconsistent offset']);
  history.check(0, log(value(1)));
  expect(found(history)).toEqual(['inconsistent offset', 'inconsistent offset']);
});

test('non-monotonic read: a reader goes back, unless its partitions were given to it again', () => {
  const history = new History();
  history.read('reader', 0, log(value(0), value(1)));
  history.began('reader');
  history.read('reader', 0, log(value(0)));
  expect(history.violations).toEqual([]);
  history.read('reader', 0, log(value(0)));
  expect(found(history)).toEqual(['non-monotonic read']);
});

test('skipped records: a reader leaves offsets out, or the log has none there', () => {
  const history = new History();
  history.read('reader', 0, [
    { offset: 3, value: value(3) },
    { offset: 5, value: value(5) },
  ]);
  expect(found(history)).toEqual(['skipped records']);
  const holed = new History();
  holed.check(0, [
    { offset: 0, value: value(0) },
    { offset: 2, value: value(2) },
    { offset: 3, value: value(3) },
  ]);
  expect(found(holed)).toEqual(['skipped records']);
});

test('rewound commit: the position of the group is behind one that was acknowledged before it was asked for', () => {
  const history = new History();
  const floor = history.commitFloor(0);
  history.committed(0, 10);
  history.foundCommit(0, 5, floor, 'a look found');
  expect(history.violations).toEqual([]);
  history.foundCommit(0, 9, history.commitFloor(0), 'a look found');
  expect(found(history)).toEqual(['rewound commit']);
});

test('out of order: a record of an idempotent producer stands behind a later one of it', () => {
  const history = new History();
  history.check(0, log(value(0), value(2), value(1)));
  expect(found(history)).toEqual(['out of order']);
});

test('evidence is bounded, the count is not', () => {
  const history = new History();
  for (let offset = 0; offset < 100; offset++) history.acknowledged(0, offset, value(offset));
  history.check(0, []);
  expect(history.count('lost write')).toBe(100);
  expect(history.violations).toHaveLength(20);
});
