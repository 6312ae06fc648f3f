import { expect, test } from 'vitest';
import { statusText } from './status-text.ts';

const broker = {
  brokerId: 1,
  host: 'localhost',
  port: 9092,
  rack: 'rack-1',
  programVersion: '0.1.0+aa',
  bootEpoch: 2,
  isFenced: false,
  isCordoned: false,
  leaseMs: 1_740,
  leads: 7,
  holds: 21,
};

test('every broker is a line, and what is well is one sentence', () => {
  const lone = { ...broker, rack: null };
  expect(statusText([lone], { all: 1, underReplicated: 0, leaderless: 0, reassigning: 0 })).toBe(
    `${[
      'broker  address         rack  version   boot epoch  state                   leads  holds',
      '1       localhost:9092  -     0.1.0+aa           2  alive, lease for 1.7 s      7     21',
      '',
      '1 partition, all with every replica in sync',
    ].join('\n')}\n`,
  );
});

test('says that an upgrade is under way, by brokers that run, and not by those that are gone', () => {
  const counts = { all: 1, underReplicated: 0, leaderless: 0, reassigning: 0 };
  const other = { ...broker, brokerId: 2, programVersion: '0.1.0+bb' };
  expect(statusText([broker, other], counts)).toContain('2 versions run');
  expect(statusText([broker, { ...other, isFenced: true }], counts)).not.toContain('versions run');
});

test('tells a broker that is fenced from one that is about to be', () => {
  const gone = { ...broker, brokerId: 2, leaseMs: 0 };
  const fenced = { ...gone, brokerId: 3, isFenced: true };
  const text = statusText([broker, gone, fenced], {
    all: 20,
    underReplicated: 12,
    leaderless: 1,
    reassigning: 3,
  });
  expect(text).toMatch(/^2 .*gone: its lease has run out/m);
  expect(text).toMatch(/^3 .*fenced/m);
  expect(text).toContain(
    '20 partitions: 12 under-replicated, 1 without a leader, 3 on the way to other brokers',
  );
});

test('tells a broker that is being removed from one that is', () => {
  const leaving = { ...broker, isCordoned: true };
  const removed = { ...leaving, brokerId: 2, isFenced: true, leads: 0, holds: 0 };
  const text = statusText([leaving, removed], {
    all: 21,
    underReplicated: 0,
    leaderless: 0,
    reassigning: 21,
  });
  expect(text).toMatch(/^1 .*alive, lease for 1.7 s, cordoned/m);
  expect(text).toMatch(/^2 .* removed /m);
});
