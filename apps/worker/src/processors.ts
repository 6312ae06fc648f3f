import { auditQueue, DeliverAudit, deliverAuditJob, failingAuditQueue } from '@weir/contracts/jobs/audit';
import { mailQueue, SendMail, sendMailJob } from '@weir/contracts/jobs/mail';
import {
  ApplyIntent,
  applyIntentJob,
  provisioningQueue,
  RollUpUsage,
  rollUpUsageJob,
} from '@weir/contracts/jobs/outbox';
import { UsageReport, usageQueue, usageReportJob } from '@weir/contracts/jobs/usage-report';
import { SendDelivery, sendDeliveryJob, webhookQueue } from '@weir/contracts/jobs/webhook';
import { isUnavailable } from '@weir/db/control';
import type { z } from 'zod';
import { deliverAudit } from './audit/deliver-audit.ts';
import type { WorkerDeps } from './deps.ts';
import { sendMail } from './mail/send-mail.ts';
import { applyIntent } from './provisioning/apply-intent.ts';
import { Gather } from './usage/gather.ts';
import { recordUsage } from './usage/record-usage.ts';
import { rollUpUsage } from './usage/roll-up-usage.ts';
import { sendDelivery } from './webhooks/send-delivery.ts';

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

/** Rows of reports that are taken in at once: some tenths of a second for the store. */
const usageRowsAtOnce = 10_000;

/** Reports that wait while others are taken in are taken in together. */
const usageReports = (): Processor => {
  const gathers = new WeakMap<WorkerDeps, Gather<z.output<typeof UsageReport>>>();
  const gatherOf = (deps: WorkerDeps) => {
    const known = gathers.get(deps);
    if (known !== undefined) return known;
    const gather = new Gather<z.output<typeof UsageReport>>({
      run: (reports) => recordUsage(deps, reports),
      weightOf: ({ rows }) => 1 + rows.length,
      weightMax: usageRowsAtOnce,
      isOfItem: (cause) => !isUnavailable(cause),
    });
    gathers.set(deps, gather);
    return gather;
  };
  return processor(usageQueue, usageReportJob, UsageReport, (deps, report) => gatherOf(deps).add(report));
};

/** Every job there is, and what handles it. */
export const processors: readonly Processor[] = [
  processor(provisioningQueue, applyIntentJob, ApplyIntent, applyIntent),
  usageReports(),
  processor(usageQueue, rollUpUsageJob, RollUpUsage, rollUpUsage),
  processor(mailQueue, sendMailJob, SendMail, sendMail),
  processor(webhookQueue, sendDeliveryJob, SendDelivery, sendDelivery),
  processor(auditQueue, deliverAuditJob, DeliverAudit, deliverAudit),
  processor(failingAuditQueue, deliverAuditJob, DeliverAudit, deliverAudit),
];

/** How many jobs of a queue one worker runs at a time, as long as they are small. */
export const concurrencyOf: Readonly<Record<string, number>> = {
  [provisioningQueue]: 8,
  // They go to the store together.
  [usageQueue]: 512,
  [mailQueue]: 4,
  // Most of them wait, for as long as the other side likes: ten seconds at most.
  [webhookQueue]: 32,
  // Most of them wait, for as long as a cluster likes: ten seconds at most.
  [auditQueue]: 16,
  [failingAuditQueue]: 4,
};
