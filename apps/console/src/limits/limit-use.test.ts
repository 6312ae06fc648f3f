import { expect, it } from 'vitest';
import { limitTexts } from '../clusters/limit-texts.ts';
import { adviceOf, brokerNameOf, limitUse } from './limit-use.ts';

it.each([
  [0, 10, 'calm'],
  [7, 10, 'calm'],
  [8, 10, 'near'],
  [10, 10, 'reached'],
  [12, 10, 'reached'],
  [0, 0, 'reached'],
])('%s of %s is %s', (usage, applied_limit, state) => {
  expect(limitUse({ usage, applied_limit }).state).toBe(state);
});

it('knows what to do about every limit', () => {
  const name = brokerNameOf('kafka_cluster.partitions.max') ?? '';
  expect(limitTexts[name]?.advice).toMatch(/partitions/);
  expect(brokerNameOf('organization.clusters.max')).toBeNull();
  expect(adviceOf('organization.api_keys.max')).toMatch(/Revoke/);
});
