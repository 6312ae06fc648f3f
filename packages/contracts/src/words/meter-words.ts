import type { PricedMeter } from '../billing.ts';

export const meterNames: Readonly<Record<PricedMeter, string>> = {
  bytes_in: 'Written',
  bytes_out: 'Read',
  stored_byte_seconds: 'Stored',
  partition_seconds: 'Partitions',
  cluster_seconds: 'Clusters',
  unit_seconds: 'Units',
};

const unitNames: Readonly<Record<PricedMeter, readonly [bigint, string]>> = {
  bytes_in: [1024n ** 3n, 'GiB'],
  bytes_out: [1024n ** 3n, 'GiB'],
  stored_byte_seconds: [1024n ** 3n * 3_600n, 'GiB-hours'],
  partition_seconds: [3_600n, 'partition-hours'],
  cluster_seconds: [3_600n, 'hours'],
  unit_seconds: [3_600n, 'unit-hours'],
};

const whole = new Intl.NumberFormat('en-US');

/**
 * A quantity of a meter in the unit that its price is for, rounded: `5,000.125 GiB`. What is less than what its last digit can
 * say says so.
 */
export function quantityText(meter: PricedMeter, quantity: string, digits = 3): string {
  const [per, name] = unitNames[meter];
  const amount = BigInt(quantity);
  const sign = amount < 0n ? '−' : '';
  const size = amount < 0n ? -amount : amount;
  const parts = 10n ** BigInt(digits);
  if (size > 0n && size * parts < per) return `${sign}< 0.${'1'.padStart(digits, '0')} ${name}`;
  const rounded = (size * parts + per / 2n) / per;
  const rest = String(rounded % parts)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return `${sign}${whole.format(rounded / parts)}${rest === '' ? '' : `.${rest}`} ${name}`;
}

/** The same without decimals, for bounds that are set: `5 GiB`. */
export const boundText = (meter: PricedMeter, quantity: string): string => {
  const [per, name] = unitNames[meter];
  return `${whole.format(BigInt(quantity) / per)} ${name}`;
};
