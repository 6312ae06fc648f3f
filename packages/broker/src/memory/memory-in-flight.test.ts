import { expect, test } from 'vitest';
import { MemoryInFlight } from './memory-in-flight.ts';
import { UnfinishedFrames } from './unfinished-frames.ts';

test('who waits for memory is woken once, when there is room', () => {
  const memory = new MemoryInFlight(100);
  memory.take(60);
  memory.take(60);
  let woken = 0;
  memory.whenRoom(() => {
    woken += 1;
  });
  memory.giveBack(10);
  expect(woken).toBe(0);
  memory.giveBack(50);
  memory.giveBack(60);
  expect([woken, memory.bytes]).toEqual([1, 0]);
});

test('past the bound one sender at a time goes on, so that unfinished frames never wait for each other', () => {
  const frames = new UnfinishedFrames(100);
  const [first, second, third] = [{}, {}, {}];
  const woken: string[] = [];
  frames.change(120);
  expect(frames.mayGoOn(first, () => woken.push('first'))).toBe(true);
  expect(frames.mayGoOn(second, () => woken.push('second'))).toBe(false);
  expect(frames.mayGoOn(third, () => woken.push('third'))).toBe(false);
  expect(frames.mayGoOn(first, () => woken.push('first'))).toBe(true);

  frames.finished(first);
  expect(woken).toEqual(['second']);
  expect(frames.mayGoOn(second, () => woken.push('second'))).toBe(true);
  frames.change(-60);
  frames.finished(second);
  expect(woken).toEqual(['second', 'third']);
  expect(frames.mayGoOn(third, () => woken.push('third'))).toBe(true);
});

test('a sender that goes away gives its turn to the next', () => {
  const frames = new UnfinishedFrames(10);
  const [first, second] = [{}, {}];
  let woken = 0;
  frames.change(20);
  frames.mayGoOn(first, () => undefined);
  frames.mayGoOn(second, () => {
    woken += 1;
  });
  frames.finished(first);
  expect(woken).toBe(1);
  frames.finished(second);
  expect(woken).toBe(1);
});
