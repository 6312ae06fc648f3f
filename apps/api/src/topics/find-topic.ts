import type { AclOperation, TopicRecord } from '@weir/metadata-store/model';
import type { OpenCluster } from '../kafka/kafka-clusters.ts';
import { notAuthorized, topicUnknown } from '../kafka/kafka-refusals.ts';

/**
 * The topic, if the caller may do that with it. Who may not even see it is told that there is none, which is
 * what Kafka tells its clients too.
 */
export const findTopic = async (
  open: OpenCluster,
  name: string,
  operation: AclOperation,
): Promise<TopicRecord> => {
  const topic = open.allows('DESCRIBE', 'TOPIC', name)
    ? await open.store.findTopic(open.cluster.id, name)
    : null;
  if (!topic) throw topicUnknown();
  if (!open.allows(operation, 'TOPIC', name)) {
    throw notAuthorized(
      `${open.principal} is not allowed to ${operation} topic ${name}. A role or an ACL can allow it.`,
    );
  }
  return topic;
};
