import { expect, test } from 'vitest';
import { FairQueue, QueueFullError } from './fair-queue.ts';

/** Work that ends when the test says so, and a list of what began. */
function workbench(queue: FairQueue) {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (owner: string, name = owner) =>
    queue.run(owner, () => {
      began.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const end = async () => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { began, ask, end };
}

test('an owner with one piece of work waits for one turn of each other owner, not for all of their work', async () => {
  const { began, ask, end } = workbench(new FairQueue({ runningMax: 1 }));
  for (let index = 0; index < 100; index += 1) void ask('busy', `busy ${index}`);
  void ask('quiet');
  await end();
  await end();
  expect(began).toEqual(['busy 0', 'busy 1', 'quiet']);
  await end();
  expect(began.at(-1)).toBe('busy 2');
});

test('one owner never takes all places, and its own work keeps its order', async () => {
  const { began, ask, end } = workbench(new FairQueue({ runningMax: 3, runningPerOwnerMax: 2 }));
  for (let index = 0; index < 4; index += 1) void ask('a', `a${index}`);
  void ask('b');
  expect(began).toEqual(['a0', 'a1', 'b']);
  await end();
  expect(began).toEqual(['a0', 'a1', 'b', 'a2']);
});

test('what comes beyond the bound of one owner is refused, and goes again when there is room', async () => {
  const { began, ask, end } = workbench(new FairQueue({ runningMax: 1, waitingPerOwnerMax: 1 }));
  void ask('a', 'first');
  void ask('a', 'second');
  await expect(ask('a', 'third')).rejects.toThrow(QueueFullError);
  void ask('b');
  await end();
  void ask('a', 'fourth');
  for (let index = 0; index < 4; index += 1) await end();
  expect(began).toEqual(['first', 'second', 'b', 'fourth']);
});

test('work that fails gives its place back', async () => {
  const queue = new FairQueue({ runningMax: 1 });
  await expect(queue.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await queue.run('b', () => Promise.resolve('done'))).toBe('done');
});
