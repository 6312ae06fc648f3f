import { StoreError } from '@weir/metadata-store/port';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { Topic } from '../cluster/topic.ts';
import type { RequestContext } from './handler.ts';

/**
 * The topic by name, asking the store for one that this broker has not heard of: someone may have made it
 * through another broker or the API a moment ago. `unreachable`: not known here, and the store does not answer.
 */
export async function findTopic(
  context: RequestContext,
  name: string,
): Promise<Topic | 'unreachable' | null> {
  const { cell, deps } = context.services;
  // What cannot be a topic's name is not asked for; some such bytes the store could not even take.
  if (topicNameProblem(name) !== null) return null;
  try {
    return await cell.findTopic(context.identity.cluster.id, name);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('topic.look-up.failed', { clusterId: context.identity.cluster.id }, cause);
    return 'unreachable';
  }
}
