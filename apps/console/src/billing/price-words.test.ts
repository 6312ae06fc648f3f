import type { PriceBook, PriceOfMeter } from '@weir/contracts/billing';
import { quantityText } from '@weir/contracts/words/meter-words';
import { expect, it } from 'vitest';
import { priceLines, tierText } from './price-words.ts';

const gibibyte = 1024n ** 3n;
const price = (change: Partial<PriceOfMeter>): PriceOfMeter => ({
  cluster_kind: 'Basic',
  meter: 'bytes_in',
  per: 'GiB',
  per_quantity: String(gibibyte),
  included_per_cluster: 0,
  tiers: [{ up_to: null, amount: '0.050000' }],
  ...change,
});
const tiers = [
  { up_to: String(5n * gibibyte), amount: '0.000000' },
  { up_to: String(10_240n * gibibyte), amount: '0.050000' },
  { up_to: null, amount: '0.040000' },
];
const book = (prices: readonly PriceOfMeter[]): PriceBook => ({
  api_version: 'billing/v1',
  kind: 'PriceBook',
  version: '2026-11',
  effective_from: '2026-11-01T00:00:00.000Z',
  currency: 'USD',
  discount_percent: '0.00',
  prices: [...prices],
  regions: [],
});

it('says every tier in words', () => {
  expect(tierText(price({ tiers }))).toBe('5 GiB a month free, then $0.05, beyond 10,240 GiB $0.04');
  expect(tierText(price({}))).toBe('$0.05');
  expect(tierText(price({ tiers: [{ up_to: null, amount: '0.000000' }] }))).toBe('$0.00');
});

it('says what a kind costs', () => {
  const basic = [price({ tiers }), price({ tiers, meter: 'bytes_out' })];
  const unit = price({
    cluster_kind: 'Dedicated',
    meter: 'unit_seconds',
    tiers: [{ up_to: null, amount: '1.400000' }],
  });
  const stored = price({ meter: 'stored_byte_seconds', tiers: [{ up_to: null, amount: '0.000110' }] });
  const all = book([...basic, unit, stored]);
  expect(priceLines(all, 'Basic')).toEqual([
    'Nothing while it is empty and idle',
    '$0.05 a GiB written or read',
    '$0.00011 a GiB stored for an hour',
    'the first 5 GiB of each free every month',
  ]);
  expect(priceLines(all, 'Dedicated')).toEqual(['$1.40 an hour for each unit']);
});

it('shows quantities in the unit of their price', () => {
  expect(quantityText('bytes_in', String(5n * gibibyte + gibibyte / 2n))).toBe('5.5 GiB');
  expect(quantityText('bytes_in', '1')).toBe('< 0.001 GiB');
  expect(quantityText('cluster_seconds', '471')).toBe('0.131 hours');
  expect(quantityText('bytes_in', '20200618', 6)).toBe('0.018813 GiB');
  expect(quantityText('bytes_in', String(-gibibyte + 1n))).toBe('−1 GiB');
  expect(quantityText('cluster_seconds', String(3_600 * 1_500))).toBe('1,500 hours');
  expect(quantityText('unit_seconds', '0')).toBe('0 unit-hours');
});
