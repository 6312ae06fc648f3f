import { type DeliverAudit, deliverAuditJob } from '@weir/contracts/jobs/audit';
import type { WorkerDeps } from '../deps.ts';
import { attemptMsMax, findDueAudits } from './delivery.store.ts';

/** The part of a BullMQ queue that the sweep needs. */
export interface AuditSink {
  addBulk(jobs: { name: string; data: DeliverAudit; opts: { jobId: string } }[]): Promise<unknown>;
}

const auditsMax = 100;

/** Queues logs that have gone on; those that failed last for themselves, so that they keep nobody else waiting. */
export const sweepAudits = async (
  { clock, db }: WorkerDeps,
  queues: { readonly healthy: AuditSink; readonly failing: AuditSink },
): Promise<void> => {
  const now = clock.now();
  // A job of a worker that was killed stands in the way of one with its name, until the queue takes it for dead.
  const window = Math.floor(now / attemptMsMax);
  for (const [queue, isFailing] of [
    [queues.healthy, false],
    [queues.failing, true],
  ] as const) {
    const due = await findDueAudits(db, now, isFailing, auditsMax);
    if (due.length === 0) continue;
    await queue.addBulk(
      due.map(({ organizationId }) => ({
        name: deliverAuditJob,
        data: { organizationId },
        opts: { jobId: `audit-${organizationId}-${window}` },
      })),
    );
  }
};
