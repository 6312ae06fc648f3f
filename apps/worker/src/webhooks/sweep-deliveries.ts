import { type SendDelivery, sendDeliveryJob } from '@weir/contracts/jobs/webhook';
import type { WorkerDeps } from '../deps.ts';
import { findDueDeliveries } from './delivery.store.ts';

/** The part of a BullMQ queue that the sweep needs. */
export interface DeliverySink {
  addBulk(
    jobs: { name: string; data: SendDelivery; opts: { jobId: string; priority: number } }[],
  ): Promise<unknown>;
}

const deliveriesMax = 100;

/** Of BullMQ: the lower comes first. */
const healthyFirst = { healthy: 1, failing: 2 } as const;

/** Queues the next delivery of every organization, as mails are: one a second of each at most, whatever its people do. */
export const sweepDeliveries = async (deps: WorkerDeps, queue: DeliverySink): Promise<number> => {
  const due = await findDueDeliveries(deps.db, deps.clock.now(), deliveriesMax);
  if (due.length === 0) return 0;
  await queue.addBulk(
    due.map(({ id: deliveryId, isFailing }) => ({
      name: sendDeliveryJob,
      data: { deliveryId },
      opts: {
        jobId: `delivery-${deliveryId}`,
        priority: isFailing ? healthyFirst.failing : healthyFirst.healthy,
      },
    })),
  );
  return due.length;
};
