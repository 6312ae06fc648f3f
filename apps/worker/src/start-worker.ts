import { auditQueue, failingAuditQueue } from '@weir/contracts/jobs/audit';
import { mailQueue } from '@weir/contracts/jobs/mail';
import { provisioningQueue } from '@weir/contracts/jobs/outbox';
import { webhookQueue } from '@weir/contracts/jobs/webhook';
import { purgeClusters } from '@weir/provisioning/purge-clusters';
import { startPeriodic } from '@weir/runtime/periodic';
import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { sweepAudits } from './audit/sweep-audits.ts';
import { finalizeInvoices } from './billing/finalize-invoices.ts';
import { settleBudgets } from './budgets/settle-budgets.ts';
import { settleCells } from './cells/settle-cells.ts';
import type { WorkerDeps } from './deps.ts';
import { lookAtDomains } from './domains/look-at-domains.ts';
import { JobPace } from './job-pace.ts';
import { tellExpiringKeys } from './keys/tell-expiring-keys.ts';
import { sweepMails } from './mail/sweep-mails.ts';
import { sweepOutbox } from './outbox/sweep-outbox.ts';
import { chargeInvoices, readMissed, readToldCustomers } from './payments/run-payments.ts';
import { concurrencyOf, type Processor, processors } from './processors.ts';
import { prune } from './retention/prune.ts';
import { runSpending } from './spending/run-spending.ts';
import { nothingSettled } from './spending/settle-spending.ts';
import { dropUsage, type UsageKept, usageKeptUsual } from './usage/drop-usage.ts';
import { rebuildAsked } from './usage/rebuild-asked.ts';
import { sweepDeliveries } from './webhooks/sweep-deliveries.ts';

export interface RunningWorker {
  /** Lets jobs under way finish. */
  close(): Promise<void>;
}

/** Far within the minute in which everything due must be found again after the queue was lost. */
const sweepEveryMs = 5_000;
/** Somebody sits before an empty mailbox. */
const sweepMailsEveryMs = 1_000;
/** How often one webhook is told something at most. */
const sweepDeliveriesEveryMs = 1_000;
/** Who watches what is done in an organization hears of it within seconds. */
const sweepAuditsEveryMs = 1_000;
/** Somebody waits for a cluster. */
const settleCellsEveryMs = 1_000;
/** Brokers count by themselves; this is how soon what time costs, and what they could not know, is taken off. */
const spendingEveryMs = 4_000;
/** Somebody has just made one, and waits to see what is spent of it. */
const budgetsEveryMs = 4_000;
const finalizeEveryMs = 600_000;
const chargeEveryMs = 60_000;
/** Somebody comes back from the payment provider's page and looks whether it is paid. */
const readMissedEveryMs = 300_000;
const readCustomersEveryMs = 2_000;
const purgeEveryMs = 30_000;
const tellExpiringEveryMs = 60_000;
const lookAtDomainsEveryMs = 60_000;
const pruneEveryMs = 3_600_000;
const dropUsageEveryMs = 3_600_000;
const reconnectMsMax = 2_000;

/** Consumes every queue in the table of processors, and sweeps the outbox. */
export const startWorker = (
  deps: WorkerDeps,
  redisUrl: string,
  usageKept: UsageKept = usageKeptUsual,
): RunningWorker => {
  const { logger } = deps;
  const connection = new Redis(redisUrl, {
    // BullMQ blocks on its connections and retries by itself.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(100 * attempt, reconnectMsMax),
  });
  connection.on('error', (cause) => logger.warn({ err: cause }, 'redis'));

  const queues = [...new Set(processors.map((processor) => processor.queue))];
  const workers = queues.map((queue) => {
    const pace = new JobPace(concurrencyOf[queue] ?? 1);
    const worker: Worker = new Worker(
      queue,
      (job) => {
        pace.saw(job.data);
        worker.concurrency = pace.atOnce;
        return process(deps, job);
      },
      { connection, concurrency: pace.atOnce },
    );
    worker.on('error', (cause) => logger.warn({ err: cause, queue }, 'queue'));
    worker.on('failed', (job, cause) =>
      logger.error({ err: cause, queue, job: job?.name, id: job?.id }, 'job failed'),
    );
    return worker;
  });

  const options = { removeOnComplete: true, removeOnFail: true };
  const queueOf = (name: string) => {
    const queue = new Queue(name, { connection, defaultJobOptions: options });
    queue.on('error', (cause) => logger.warn({ err: cause, queue: name }, 'queue'));
    return queue;
  };
  const outbox = queueOf(provisioningQueue);
  const mails = queueOf(mailQueue);
  const deliveries = queueOf(webhookQueue);
  const audits = { healthy: queueOf(auditQueue), failing: queueOf(failingAuditQueue) };
  const periodic = (name: string, everyMs: number, run: () => Promise<unknown>) =>
    startPeriodic(
      everyMs,
      async () => void (await run()),
      (cause) => logger.error({ err: cause, name }, 'a periodic run failed'),
    );
  const settled = nothingSettled();
  const stops = [
    periodic('sweep', sweepEveryMs, () => sweepOutbox(deps, outbox)),
    periodic('sweep mails', sweepMailsEveryMs, () => sweepMails(deps, mails)),
    periodic('sweep webhooks', sweepDeliveriesEveryMs, () => sweepDeliveries(deps, deliveries)),
    periodic('sweep audit logs', sweepAuditsEveryMs, () => sweepAudits(deps, audits)),
    periodic('settle cells', settleCellsEveryMs, () => settleCells(deps)),
    periodic('spending', spendingEveryMs, () => runSpending(deps, settled)),
    periodic('budgets', budgetsEveryMs, () => settleBudgets(deps, settled.known)),
    periodic('charge invoices', chargeEveryMs, () => chargeInvoices(deps)),
    periodic('read missed events', readMissedEveryMs, () => readMissed(deps)),
    periodic('read customers', readCustomersEveryMs, () => readToldCustomers(deps)),
    periodic('write invoices', finalizeEveryMs, () => finalizeInvoices(deps)),
    periodic('purge deleted clusters', purgeEveryMs, () => purgeClusters(deps.db, deps.clock.now())),
    periodic('tell of keys that expire', tellExpiringEveryMs, () => tellExpiringKeys(deps)),
    periodic('look at domains', lookAtDomainsEveryMs, () => lookAtDomains(deps)),
    periodic('prune', pruneEveryMs, () => prune(deps)),
    periodic('derive usage again', sweepEveryMs, () => rebuildAsked(deps)),
    periodic('drop usage', dropUsageEveryMs, () => dropUsage(deps, usageKept)),
  ];

  return {
    close: async () => {
      // First, so that what waits for Redis fails rather than keeps the process from ending.
      if (connection.status !== 'ready') connection.disconnect();
      await Promise.all([...stops.map((stop) => stop()), ...workers.map((worker) => worker.close())]);
      const queued = [outbox, mails, deliveries, audits.healthy, audits.failing];
      await Promise.all(queued.map((queue) => queue.close()));
      await deps.brokers.credentials.close();
      deps.mail.transport.close();
      await deps.outside.close();
      connection.disconnect();
    },
  };
};

const process = async (deps: WorkerDeps, job: Job): Promise<void> => {
  const startedAt = performance.now();
  let outcome = 'failed';
  try {
    await findProcessor(job).handle(deps, job.data);
    outcome = 'done';
  } catch (cause) {
    // A payload that the contract does not know will not get better by trying again.
    if (cause instanceof z.ZodError)
      throw new UnrecoverableError(`not a payload of ${job.name}: ${cause.message}`);
    throw cause;
  } finally {
    deps.metrics.observe(job.name, outcome, (performance.now() - startedAt) / 1000);
  }
};

const findProcessor = (job: Job): Processor => {
  const found = processors.find(
    (processor) => processor.queue === job.queueName && processor.job === job.name,
  );
  if (!found) throw new UnrecoverableError(`nobody handles ${job.name} of ${job.queueName}`);
  return found;
};
