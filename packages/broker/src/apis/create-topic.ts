import type { TopicRecord } from '@weir/metadata-store/model';
import { type CreateTopicRefusal, type NewTopic, type Result, StoreError } from '@weir/metadata-store/port';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { RequestContext } from './handler.ts';

/** REQUEST_TIMED_OUT: the store did not answer; whether the topic is there is to be asked again. */
type Refusal = Exclude<CreateTopicRefusal, 'UNKNOWN_CLUSTER'> | 'REQUEST_TIMED_OUT';

/** Creates the topic in the cell's store and in this broker's picture. Authorization is the caller's. */
export async function createTopic(
  context: RequestContext,
  topic: Omit<NewTopic, 'clusterId'>,
): Promise<Result<TopicRecord, Refusal>> {
  const { deps, storeTurns } = context.services;
  const clusterId = context.identity.cluster.id;
  const problem = topicNameProblem(topic.name);
  if (problem !== null) return { ok: false, refusal: 'INVALID_TOPIC_EXCEPTION', message: problem };
  const stop = context.identity.cluster.budgets.stopOf(context.identity);
  if (stop !== null) return { ok: false, refusal: 'POLICY_VIOLATION', message: stop.message };
  let created: Awaited<ReturnType<typeof deps.metadata.createTopic>>;
  try {
    created = await storeTurns.run(clusterId, () => deps.metadata.createTopic({ ...topic, clusterId }));
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('topic.create.undecided', { clusterId }, cause);
    return {
      ok: false,
      refusal: 'REQUEST_TIMED_OUT',
      message: 'The metadata store did not answer. Try again.',
    };
  }
  if (created.ok) {
    if (!topic.validateOnly) await learn(context);
    return created;
  }
  // The connection's cluster was removed a moment ago; its connections are about to close.
  if (created.refusal === 'UNKNOWN_CLUSTER') {
    return { ok: false, refusal: 'POLICY_VIOLATION', message: 'This cluster has been deleted.' };
  }
  return { ok: false, refusal: created.refusal, message: created.message };
}

/** The topic is there, whether or not the store tells this broker so at once. */
async function learn({ services: { cell, deps }, identity }: RequestContext): Promise<void> {
  try {
    await cell.catchUp();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('topic.created.not-read', { clusterId: identity.cluster.id }, cause);
  }
}
