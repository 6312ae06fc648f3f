import { expect, test } from 'vitest';
import { Account } from './account.ts';

test('what a child takes is taken above as well, and comes back', () => {
  const all = new Account(100);
  const one = new Account(60, all);
  expect(one.tryTake(50)).toBe(true);
  expect(one.tryTake(11)).toBe(false);
  expect([one.bytes, all.bytes]).toEqual([50, 50]);
  one.giveBack(50);
  expect([one.bytes, all.bytes]).toEqual([0, 0]);
});

test('where everybody is at the bound, who holds little still has its floor', () => {
  const all = new Account(100);
  const greedy = new Account(1_000, all, 10);
  const modest = new Account(1_000, all, 10);
  greedy.take(100);
  expect(greedy.tryTake(1)).toBe(false);
  expect(modest.tryTake(10)).toBe(true);
  expect(modest.tryTake(1)).toBe(false);
  all.hasNoFloors = true;
  expect(new Account(1_000, all, 10).tryTake(1)).toBe(false);
});

test('what is there already is taken past the bound, and only growth is refused', () => {
  const account = new Account(10);
  account.take(25);
  expect(account.hasRoom(0)).toBe(false);
  account.giveBack(20);
  expect(account.tryTake(5)).toBe(true);
});

test('giving back more than was taken is a fault of ours and says so', () => {
  expect(() => new Account(10).giveBack(1)).toThrow('more was given back');
});
