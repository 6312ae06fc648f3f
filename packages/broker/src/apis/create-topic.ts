import type { TopicRecord } from '@weir/metadata-store/model';
import type { CreateTopicRefusal, NewTopic, Result } from '@weir/metadata-store/port';
import type { RequestContext } from './handler.ts';

type Refusal = Exclude<CreateTopicRefusal, 'UNKNOWN_CLUSTER'>;

/** Creates the topic in the cell's store and in this broker's picture. Authorization is the caller's. */
export async function createTopic(
  context: RequestContext,
  topic: Omit<NewTopic, 'clusterId'>,
): Promise<Result<TopicRecord, Refusal>> {
  const { cell, deps } = context.services;
  const clusterId = context.identity.cluster.id;
  const created = await deps.metadata.createTopic({ ...topic, clusterId });
  if (created.ok) {
    if (!topic.validateOnly) await cell.findTopic(clusterId, topic.name);
    return created;
  }
  // The connection's cluster was removed a moment ago; its connections are about to close.
  if (created.refusal === 'UNKNOWN_CLUSTER') {
    return { ok: false, refusal: 'POLICY_VIOLATION', message: 'This cluster has been deleted.' };
  }
  return { ok: false, refusal: created.refusal, message: created.message };
}
