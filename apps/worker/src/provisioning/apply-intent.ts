import type { ApplyIntent } from '@weir/contracts/jobs/outbox';
import { applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import type { WorkerDeps } from '../deps.ts';

/** Applies what a request could not. A failure is noted in the outbox, whose sweep finds it again. */
export const applyIntent = async (deps: WorkerDeps, { outboxId }: ApplyIntent): Promise<void> => {
  const { db, cells, clock, logger } = deps;
  const outcome = await applyOutboxEntry({ db, cells, now: () => clock.now() }, BigInt(outboxId));
  logger.info({ outboxId, outcome }, 'intent applied');
};
