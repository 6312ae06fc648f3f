import { z } from 'zod';
import { Meter } from '../meters.ts';

/** The BullMQ queue that brokers write and the worker reads, and the one job name in it. */
export const usageQueue = 'usage';
export const usageReportJob = 'usage.report';

const count = z.int().nonnegative();

/** Entries of `reached` in one report: every limit of a thousand clusters. A report with more is refused whole. */
export const reachedLimitsMax = 20_000;
export const limitNameLengthMax = 64;
/** Entries of `keyUses` in one report. */
export const keyUsesMax = 10_000;
const clientTextLengthMax = 256;

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
      /** The API key's id; empty where there was none. Reports of before it was told apart have none either. */
      keyId: z.string().max(clientTextLengthMax).default(''),
      /** Empty where the meter is not of a topic. */
      topic: z.string(),
      meter: Meter,
      quantity: count,
    }),
  ),
  /** Which limits slowed or refused a cluster in the window; a broker names the most frequent where there are more. */
  reached: z
    .array(
      z.object({
        clusterId: z.string().min(1),
        /** By the name that the broker gives it. */
        limit: z.string().min(1).max(limitNameLengthMax),
        /** How often. */
        count,
        /** Since when without a pause, in milliseconds since the epoch. */
        sinceMs: count,
      }),
    )
    .max(reachedLimitsMax)
    .default([]),
  /** Secrets of keys that were used in the window, and by whom last. Each once. */
  keyUses: z
    .array(
      z.object({
        keyId: z.string().min(1).max(clientTextLengthMax),
        secretNumber: z.int().positive(),
        clusterId: z.string().min(1),
        atMs: count,
        address: z.string().max(clientTextLengthMax),
        clientId: z.string().max(clientTextLengthMax).nullable(),
        softwareName: z.string().max(clientTextLengthMax).nullable(),
        softwareVersion: z.string().max(clientTextLengthMax).nullable(),
      }),
    )
    .max(keyUsesMax)
    .default([]),
});
/** As a broker writes it: what has a default may be left out. */
export type UsageReport = z.input<typeof UsageReport>;
/** As it is read. */
export type ReceivedUsageReport = z.output<typeof UsageReport>;

/** BullMQ drops a job whose id it still has; colons are its own separator, so there is none here. */
export const usageReportJobId = (
  report: Pick<UsageReport, 'brokerId' | 'bootEpoch' | 'windowStartMs'>,
): string => `usage-${report.brokerId}-${report.bootEpoch}-${report.windowStartMs}`;
