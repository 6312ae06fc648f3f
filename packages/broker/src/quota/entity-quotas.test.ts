import type { EntityQuotaKey, EntityQuotaRecord, QuotaEntity } from '@weir/metadata-store/entity-quotas';
import { expect, test } from 'vitest';
import { clientBucketsPerClusterMax } from '../client-limits.ts';
import { EntityQuotas } from './entity-quotas.ts';

const set = (entity: QuotaEntity, value: number, key: EntityQuotaKey = 'producer_byte_rate') =>
  ({ ...entity, values: { [key]: value } }) satisfies EntityQuotaRecord;

const client = (user: string, clientId: string) => ({ principal: `User:${user}`, clientId });
/** The rate that holds for a client, by the wait for so much that no burst pays for it. */
function rateFor(
  quotas: EntityQuotas,
  who = client('sa-1', 'app'),
  key: EntityQuotaKey = 'producer_byte_rate',
) {
  const waitMs = quotas.charge(key, who, 3_000, 0);
  return waitMs === 0 ? null : Math.round(3_000 / (waitMs / 1_000 + 2));
}

test('the most specific entity decides, in the order of KIP-55', () => {
  const order: readonly QuotaEntity[] = [
    { user: 'sa-1', clientId: 'app' },
    { user: 'sa-1', clientId: null },
    { user: 'sa-1' },
    { user: null, clientId: 'app' },
    { user: null, clientId: null },
    { user: null },
    { clientId: 'app' },
    { clientId: null },
  ];
  const records = order.map((entity, at) => set(entity, 100 + 10 * at));
  for (let from = 0; from < order.length; from += 1) {
    const quotas = new EntityQuotas();
    quotas.apply(records.slice(from), 0);
    expect(rateFor(quotas)).toBe(100 + 10 * from);
  }
  const none = new EntityQuotas();
  none.apply([set({ user: 'sa-2' }, 1), set({ clientId: 'other' }, 1)], 0);
  expect(rateFor(none)).toBe(null);
});

test('an entity without a quota of a key leaves that key to the next one', () => {
  const quotas = new EntityQuotas();
  quotas.apply([set({ user: 'sa-1' }, 500, 'consumer_byte_rate'), set({ user: null }, 100)], 0);
  expect(rateFor(quotas)).toBe(100);
  expect(rateFor(quotas, client('sa-1', 'app'), 'consumer_byte_rate')).toBe(500);
});

test('clients of one user share a quota of the user, and each user has a default to himself', () => {
  const quotas = new EntityQuotas();
  quotas.apply([set({ user: null }, 1_000)], 0);
  expect(quotas.charge('producer_byte_rate', client('sa-1', 'a'), 2_000, 0)).toBe(0);
  expect(quotas.charge('producer_byte_rate', client('sa-1', 'b'), 1_000, 0)).toBe(1_000);
  expect(quotas.charge('producer_byte_rate', client('sa-2', 'a'), 2_000, 0)).toBe(0);
  quotas.apply([set({ clientId: null }, 1_000)], 0);
  expect(quotas.charge('producer_byte_rate', client('sa-1', 'a'), 2_000, 0)).toBe(0);
  expect(quotas.charge('producer_byte_rate', client('sa-2', 'a'), 1_000, 0)).toBe(1_000);
});

test('a quota that is changed holds from then on, and one that is taken away holds nobody', () => {
  const quotas = new EntityQuotas();
  const who = client('sa-1', 'app');
  quotas.apply([set({ user: 'sa-1' }, 1_000)], 0);
  expect(quotas.charge('producer_byte_rate', who, 3_000, 0)).toBe(1_000);
  quotas.apply([set({ user: 'sa-1' }, 10_000)], 0);
  expect(quotas.charge('producer_byte_rate', who, 0, 0)).toBe(100);
  quotas.apply([set({ user: 'sa-1' }, 10_000), set({ user: 'sa-1', clientId: 'app' }, 1)], 0);
  expect(quotas.isOverdrawn('producer_byte_rate', who, 0)).toBe(false);
  expect(quotas.charge('producer_byte_rate', who, 100, 0)).toBe(30_000);
  expect(quotas.isOverdrawn('producer_byte_rate', who, 0)).toBe(true);
  quotas.apply([], 0);
  expect([quotas.charge('producer_byte_rate', who, 1e9, 0), quotas.size]).toEqual([0, 0]);
});

test('mutations of eleven seconds may be made at once, and hundredths are of a second’s work', () => {
  const quotas = new EntityQuotas();
  const who = client('sa-1', 'app');
  const both = { controller_mutation_rate: 2, request_percentage: 50 };
  quotas.apply([{ user: 'sa-1', values: both }], 0);
  expect(quotas.charge('controller_mutation_rate', who, 22, 0)).toBe(0);
  expect(quotas.isInDebt('controller_mutation_rate', who, 0)).toBe(false);
  expect(quotas.charge('controller_mutation_rate', who, 1, 0)).toBe(500);
  expect(quotas.isInDebt('controller_mutation_rate', who, 0)).toBe(true);
  expect(quotas.isInDebt('controller_mutation_rate', who, 500)).toBe(false);
  expect(quotas.charge('request_percentage', who, 1_250, 0)).toBe(500);
});

test('what is kept of clients is bounded, however many names one has', () => {
  const quotas = new EntityQuotas();
  quotas.apply([set({ clientId: null }, 1_000)], 0);
  for (let at = 0; at < clientBucketsPerClusterMax + 100; at += 1)
    quotas.charge('producer_byte_rate', client('sa-1', `${at}`), 1, 0);
  expect(quotas.size).toBe(clientBucketsPerClusterMax);
});
