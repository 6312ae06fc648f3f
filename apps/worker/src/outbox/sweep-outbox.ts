import { type ApplyIntent, applyIntentJob } from '@weir/contracts/jobs/outbox';
import { findDueEntries } from '@weir/provisioning/outbox.store';
import type { WorkerDeps } from '../deps.ts';

/** The part of a BullMQ queue that the sweep needs. */
export interface JobSink {
  addBulk(jobs: { name: string; data: ApplyIntent; opts: { jobId: string } }[]): Promise<unknown>;
}

const entriesMax = 500;

/**
 * Queues everything in the outbox that is due. The queue keeps one job an entry, and forgets it when it has
 * run; Postgres is the truth, so that a queue that was lost is filled again by the next sweep.
 */
export const sweepOutbox = async (deps: WorkerDeps, queue: JobSink): Promise<number> => {
  const due = await findDueEntries(deps.db, deps.clock.now(), entriesMax);
  if (due.length === 0) return 0;
  await queue.addBulk(
    due.map((id) => ({
      name: applyIntentJob,
      data: { outboxId: String(id) },
      opts: { jobId: `outbox-${id}` },
    })),
  );
  deps.logger.info({ entries: due.length }, 'outbox entries queued');
  return due.length;
};
