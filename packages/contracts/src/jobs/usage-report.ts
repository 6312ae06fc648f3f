import { z } from 'zod';
import { Meter } from '../meters.ts';

/** The BullMQ queue that brokers write and the worker reads, and the one job name in it. */
export const usageQueue = 'usage';
export const usageReportJob = 'usage.report';

const count = z.int().nonnegative();

/**
 * What one broker counted in one closed window. Sent at least once; (brokerId, bootEpoch, windowStartMs)
 * names the fact, so a repeat carries the same rows and changes nothing.
 */
export const UsageReport = z.object({
  brokerId: count,
  bootEpoch: count,
  /** Inclusive, in milliseconds since the epoch. */
  windowStartMs: count,
  /** Exclusive. */
  windowEndMs: count,
  rows: z.array(
    z.object({
      clusterId: z.string().min(1),
      /** `User:<id>`. */
      principal: z.string(),
      /** Empty where the meter is not of a topic. */
      topic: z.string(),
      meter: Meter,
      quantity: count,
    }),
  ),
});
export type UsageReport = z.infer<typeof UsageReport>;

/** BullMQ drops a job whose id it still has; colons are its own separator, so there is none here. */
export const usageReportJobId = (report: UsageReport): string =>
  `usage-${report.brokerId}-${report.bootEpoch}-${report.windowStartMs}`;
