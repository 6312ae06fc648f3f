import { mailQueue, SendMail, sendMailJob } from '@weir/contracts/jobs/mail';
import {
  ApplyIntent,
  applyIntentJob,
  provisioningQueue,
  RollUpUsage,
  rollUpUsageJob,
} from '@weir/contracts/jobs/outbox';
import { UsageReport, usageQueue, usageReportJob } from '@weir/contracts/jobs/usage-report';
import type { z } from 'zod';
import type { WorkerDeps } from './deps.ts';
import { sendMail } from './mail/send-mail.ts';
import { applyIntent } from './provisioning/apply-intent.ts';
import { recordUsage } from './usage/record-usage.ts';
import { rollUpUsage } from './usage/roll-up-usage.ts';

export interface Processor {
  readonly queue: string;
  readonly job: string;
  /** Takes the payload as it came; refuses one that the contract does not know. */
  handle(deps: WorkerDeps, payload: unknown): Promise<void>;
}

const processor = <Payload>(
  queue: string,
  job: string,
  schema: z.ZodType<Payload>,
  handle: (deps: WorkerDeps, payload: Payload) => Promise<void>,
): Processor => ({ queue, job, handle: (deps, payload) => handle(deps, schema.parse(payload)) });

/** Every job there is, and what handles it. */
export const processors: readonly Processor[] = [
  processor(provisioningQueue, applyIntentJob, ApplyIntent, applyIntent),
  processor(usageQueue, usageReportJob, UsageReport, recordUsage),
  processor(usageQueue, rollUpUsageJob, RollUpUsage, rollUpUsage),
  processor(mailQueue, sendMailJob, SendMail, sendMail),
];

/** How many jobs of a queue one worker runs at a time. */
export const concurrencyOf: Readonly<Record<string, number>> = {
  [provisioningQueue]: 8,
  [usageQueue]: 4,
  [mailQueue]: 4,
};
