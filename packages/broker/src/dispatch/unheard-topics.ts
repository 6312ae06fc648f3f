import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { StoreError } from '@weir/metadata-store/port';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { Handler, RequestContext } from '../apis/handler.ts';

/** Whoever has just made a topic names few partitions of it in his first requests. */
const namesLookedAtMax = 100;

/**
 * Whether the request names a partition that this broker has not heard of: another broker or the API may have made it
 * a moment ago, and sent its client here. Clients take UNKNOWN_TOPIC_OR_PARTITION for the truth, some of them at once.
 */
export function isUnheard({ identity }: RequestContext, handler: Handler, request: never): boolean {
  const { topicsByName, topicsById } = identity.cluster;
  let left = namesLookedAtMax;
  let isMissing = false;
  handler.names?.(request, (name, topicId, partition) => {
    left -= 1;
    const isById = topicId !== zeroUuid;
    const topic = isById ? topicsById.get(topicId) : topicsByName.get(name);
    if (topic?.has(partition) === true) return left <= 0;
    // What cannot be there is not asked for.
    isMissing = partition >= 0 && (isById || topicNameProblem(name) === null);
    return isMissing || left <= 0;
  });
  return isMissing;
}

/** Asks the store what there is. Where it does not answer, what is known has to do. */
export async function hear({ services, identity }: RequestContext): Promise<void> {
  const { cluster } = identity;
  try {
    await cluster.lookUps.lookUp();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    services.deps.log.warn('topic.look-up.failed', { clusterId: cluster.id }, cause);
  }
}
