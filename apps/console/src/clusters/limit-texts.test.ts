import type { LimitName } from '@weir/broker/cluster/reached-limits';
import { expect, it } from 'vitest';
import { isReachedNow, limitText, limitTexts } from './limit-texts.ts';

/** The compiler holds this to exactly the names that a broker has. */
const names: Readonly<Record<LimitName, true>> = {
  ingressBytesPerSecMax: true,
  egressBytesPerSecMax: true,
  requestsPerSecMax: true,
  connectionsMax: true,
  partitionsMax: true,
  groupsMax: true,
  storedBytesMax: true,
  requestBytesMax: true,
  requestElementsMax: true,
  requestMemoryBytesMax: true,
  answerBytesMax: true,
  fetchSessionBytesMax: true,
  groupBytesMax: true,
  producersMax: true,
  producerIdsPerSecMax: true,
  segmentsMax: true,
  decompressedBytesMax: true,
  partitionChangesPerSecMax: true,
  clientQuotaBytesPerSec: true,
  clientQuotaRequests: true,
  clientQuotaMutations: true,
  spendLimit: true,
  brokerMemoryMax: true,
};

it('says of every limit that a broker has what it is, what it does and what to do', () => {
  expect(Object.keys(limitTexts).toSorted()).toEqual(Object.keys(names).toSorted());
  for (const { effect, advice } of Object.values(limitTexts)) {
    expect(effect).toMatch(/^[A-Z].*\.$/);
    expect(advice).toMatch(/^[A-Z].*\.$/);
  }
});

it('has words for a limit that it does not know, whatever it is called', () => {
  for (const name of ['newLimitMax', 'constructor', '__proto__', 'toString']) {
    expect(limitText(name).advice).toMatch(/operator/);
  }
});

it('tells what is met now from what was', () => {
  const last_reached_at = '2026-01-01T10:00:00.000Z';
  expect(isReachedNow({ last_reached_at }, Date.parse('2026-01-01T10:00:59.000Z'))).toBe(true);
  expect(isReachedNow({ last_reached_at }, Date.parse('2026-01-01T10:01:01.000Z'))).toBe(false);
});
