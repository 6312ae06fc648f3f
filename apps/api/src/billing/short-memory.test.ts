import { expect, it } from 'vitest';
import { ShortMemory } from './short-memory.ts';

const begin = () => {
  const time = { nowMs: 0 };
  const memory = new ShortMemory<number>({ now: () => time.nowMs }, 1_000);
  let made = 0;
  const ask = (key = 'a') =>
    memory.of(key, async () => {
      made += 1;
      return made;
    });
  return { time, memory, ask };
};

it('who asks while an answer is made, or just after, gets that one, and others get their own', async () => {
  const { ask, time } = begin();
  expect(await Promise.all([ask(), ask(), ask('b')])).toEqual([1, 1, 2]);
  time.nowMs = 999;
  expect(await ask()).toBe(1);
  time.nowMs = 1_000;
  expect(await ask()).toBe(3);
});

it('a failure is told and not remembered', async () => {
  const { ask, memory } = begin();
  await expect(memory.of('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await ask()).toBe(1);
});

it('of very many the oldest are forgotten', async () => {
  const { ask } = begin();
  await ask('first');
  for (let at = 0; at < 500; at++) await ask(`key ${at}`);
  expect(await ask('first')).toBe(502);
});
