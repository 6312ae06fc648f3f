import { bootstrapOf, placeAt } from '@weir/kafka-client/bootstrap';
import { ConnectionLost } from '@weir/kafka-client/connection';
import { KafkaSession } from '@weir/kafka-client/session';
import { writeBatch } from '@weir/kafka-client/write-batch';
import type { NewRecord } from '@weir/kafka-protocol/records';
import { principalOf } from '@weir/provisioning/key-intent';
import type { WorkerDeps } from '../deps.ts';
import type { TakenAudit } from './delivery.store.ts';
import { NowhereToDeliver } from './delivery-problem.ts';

/** One batch, with its repetitions at other brokers. */
export const writeMsMax = 10_000;
/** Of the addresses that a cluster has, asked one after the other until one answers. */
const addressesMax = 3;

/** Writes events in the name of the service account, so that the cluster decides whether it may, and bills it. */
export const writeEvents = async (
  { brokers, cells }: WorkerDeps,
  { cluster, serviceAccountId, topicName }: TakenAudit,
  records: readonly NewRecord[],
): Promise<void> => {
  const bootstrap = bootstrapOf(cluster, brokers);
  if (bootstrap === '') throw new NowhereToDeliver('The cluster is being set up.');
  const credential = await brokers.credentials.for({
    clusterId: cluster.id,
    store: cells.store(cluster.cellId),
    principal: principalOf(serviceAccountId),
    isOwnPage: false,
  });
  const signal = AbortSignal.timeout(writeMsMax);
  const turns = Math.min(addressesMax, bootstrap.split(',').length);
  for (let turn = 0; ; turn++) {
    const session = new KafkaSession(placeAt(bootstrap, turn, brokers.brokerAccess), credential, signal);
    try {
      await writeBatch(session, { topic: topicName, partition: 0 }, records, writeMsMax);
      return;
    } catch (cause) {
      if (!(cause instanceof ConnectionLost) || turn + 1 >= turns || signal.aborted) throw cause;
    } finally {
      await session.close();
    }
  }
};
