import { z } from 'zod';

/** Queue and job by which the worker re-applies what a request could not finish. */
export const provisioningQueue = 'provisioning';
export const applyIntentJob = 'provisioning.apply';

/** Only a pointer: the intent itself is read from Postgres when the job runs, so an old job is harmless. */
export const ApplyIntent = z.object({ outboxId: z.string().min(1) });
export type ApplyIntent = z.infer<typeof ApplyIntent>;

/** Rolls the ledger of the minutes since a time up again; derived, so repeating it is harmless. */
export const rollUpUsageJob = 'usage.roll-up';
export const RollUpUsage = z.object({ sinceMs: z.int().nonnegative() });
export type RollUpUsage = z.infer<typeof RollUpUsage>;
