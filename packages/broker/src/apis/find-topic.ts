import { StoreError } from '@weir/metadata-store/port';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { RequestContext } from './handler.ts';

/**
 * The topics by name, asking the store, once for all of them, where this broker has not heard of some:
 * someone may have made them through another broker or the API a moment ago. `unreachable`: there are such
 * names, and the store does not answer.
 */
export async function learnTopics(
  context: RequestContext,
  names: Iterable<string>,
): Promise<'learnt' | 'unreachable'> {
  const { deps } = context.services;
  const { cluster } = context.identity;
  // What cannot be a topic's name is not asked for; some such bytes the store could not even take.
  const isUnknown = (name: string) => !cluster.topicsByName.has(name) && topicNameProblem(name) === null;
  let isMissing = false;
  for (const name of names) {
    isMissing ||= isUnknown(name);
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  if (!isMissing) return 'learnt';
  try {
    await cluster.lookUps.lookUp();
    return 'learnt';
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('topic.look-up.failed', { clusterId: cluster.id }, cause);
    return 'unreachable';
  }
}
