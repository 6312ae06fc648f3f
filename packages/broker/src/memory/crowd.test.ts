import { expect, test } from 'vitest';
import { Crowd } from './crowd.ts';

function crowdOf(max: number, perAddressMax: number) {
  const displaced: string[] = [];
  const crowd = new Crowd<{ remoteAddress: string; name: string }>(max, perAddressMax, ({ name }) =>
    displaced.push(name),
  );
  const arrive = (remoteAddress: string, name: string) => {
    const member = { remoteAddress, name };
    crowd.arrived(member);
    return member;
  };
  return { crowd, arrive, displaced };
}

test('of one address who has been there longest goes when there are too many of it', () => {
  const { arrive, displaced, crowd } = crowdOf(10, 2);
  for (const name of ['a1', 'a2', 'a3']) arrive('a', name);
  arrive('b', 'b1');
  expect([displaced, crowd.count]).toEqual([['a1'], 3]);
});

test('where there are too many in all, one of the address goes that has most', () => {
  const { arrive, displaced } = crowdOf(3, 3);
  arrive('b', 'b1');
  arrive('a', 'a1');
  arrive('a', 'a2');
  arrive('c', 'c1');
  expect(displaced).toEqual(['a1']);
});

test('one address after the other has its turn, each in the order in which its own came', () => {
  const { arrive, crowd } = crowdOf(10, 10);
  for (const name of ['a1', 'a2', 'a3']) arrive('a', name);
  const gone = arrive('b', 'b1');
  arrive('b', 'b2');
  crowd.left(gone);
  crowd.left(gone);
  const order = Array.from({ length: 5 }, () => crowd.takeNext()?.name ?? null);
  expect([order, crowd.count]).toEqual([['a1', 'b2', 'a2', 'a3', null], 0]);
});
