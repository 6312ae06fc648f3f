import { z } from 'zod';

/** What brokers count. Integers only; peaks are combined by maximum, all others by sum. */
export const Meter = z.enum([
  'bytes_in',
  'bytes_out',
  'records_in',
  'records_out',
  'requests',
  'connections_peak',
  'stored_byte_seconds',
  'partition_seconds',
]);
export type Meter = z.infer<typeof Meter>;

export const isPeak = (meter: Meter): boolean => meter === 'connections_peak';

/** Whether it is counted by topic: a request is one, of however many topics it speaks. */
export const isOfTopics = (meter: Meter): boolean => meter !== 'requests' && !isPeak(meter);
