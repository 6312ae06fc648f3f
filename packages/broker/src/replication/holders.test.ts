import { expect, test } from 'vitest';
import { Holders } from './holders.ts';

function holding() {
  const yielded: string[] = [];
  const holder = (name: string) => ({ yields: (key: string) => void yielded.push(`${name} ${key}`) });
  return { holders: new Holders(), tail: holder('tail'), catchUp: holder('catch-up'), yielded };
}

test('a partition is whose connection was asked for it last, and the other one lets go of it', () => {
  const { holders, tail, catchUp, yielded } = holding();
  expect(holders.claim('p', tail, 1)).toBe(true);
  expect(holders.claim('p', tail, 2)).toBe(true);
  expect(holders.claim('p', catchUp, 3)).toBe(true);
  expect(yielded).toEqual(['tail p']);
});

test('a request that comes late, behind a later one on the other connection, takes nothing back', () => {
  const { holders, tail, catchUp, yielded } = holding();
  holders.claim('p', catchUp, 3);
  expect(holders.claim('p', tail, 2)).toBe(false);
  expect(yielded).toEqual([]);
  expect(holders.claim('p', catchUp, 4)).toBe(true);
});

test('of a connection that ended nothing is held, and what another has taken meanwhile stays with it', () => {
  const { holders, tail, catchUp } = holding();
  holders.claim('p', tail, 1);
  holders.claim('q', tail, 1);
  holders.claim('q', catchUp, 2);
  holders.release('p', tail);
  holders.release('q', tail);
  expect(holders.claim('p', catchUp, 0)).toBe(true);
  expect(holders.claim('q', tail, 1)).toBe(false);
});

test('requests of a follower that numbers none are taken as they come', () => {
  const { holders, tail, catchUp, yielded } = holding();
  expect(holders.claim('p', tail, 0)).toBe(true);
  expect(holders.claim('p', catchUp, 0)).toBe(true);
  expect(yielded).toEqual(['tail p']);
});
