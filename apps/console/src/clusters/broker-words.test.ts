import { expect, test } from 'vitest';
import { brokersSentence } from './broker-words.ts';

const well = { state: 'RUNNING', replicas: 3, in_sync: 3, version: '1+a' } as const;

test('where all is well one line says so', () => {
  expect(brokersSentence([well])).toBe('1 broker, with every replica in sync.');
  expect(brokersSentence([well, { ...well, version: null }])).toBe('2 brokers, with every replica in sync.');
});

test('what is not well is named, the worst first', () => {
  const away = { ...well, state: 'AWAY', in_sync: 1 } as const;
  const upgraded = { ...well, state: 'RESTARTING', version: '1+b' } as const;
  expect(brokersSentence([well, away, upgraded])).toBe(
    '1 of 3 brokers is away; 2 replicas are not in sync; 1 of 3 brokers is coming or going; an upgrade is under way.',
  );
});
