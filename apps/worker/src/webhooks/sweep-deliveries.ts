import { type SendDelivery, sendDeliveryJob } from '@weir/contracts/jobs/webhook';
import type { WorkerDeps } from '../deps.ts';
import { findDueDeliveries } from './delivery.store.ts';

/** The part of a BullMQ queue that the sweep needs. */
export interface DeliverySink {
  addBulk(jobs: { name: string; data: SendDelivery; opts: { jobId: string } }[]): Promise<unknown>;
}

const deliveriesMax = 100;

/** Queues the next delivery of every webhook, as mails are: one a second to each at most, whatever its owner does. */
export const sweepDeliveries = async (deps: WorkerDeps, queue: DeliverySink): Promise<number> => {
  const due = await findDueDeliveries(deps.db, deps.clock.now(), deliveriesMax);
  if (due.length === 0) return 0;
  await queue.addBulk(
    due.map((deliveryId) => ({
      name: sendDeliveryJob,
      data: { deliveryId },
      opts: { jobId: `delivery-${deliveryId}` },
    })),
  );
  return due.length;
};
