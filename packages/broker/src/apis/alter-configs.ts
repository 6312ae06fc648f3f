import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { ConfigChange } from '@weir/metadata-store/config-changes';
import { StoreError } from '@weir/metadata-store/port';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { Topic } from '../cluster/topic.ts';
import { configResourceTypes, noConfiguration } from './config-resources.ts';
import { learnTopics } from './find-topic.ts';
import { clusterResource, isAllowed, type RequestContext } from './handler.ts';
import { mayChangePartitions, notChanged, tooManyChanges } from './partition-changes.ts';

/** A resource as either of the two APIs names it. */
export interface AskedResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** What is to become of a topic's settings, or why the request cannot be meant. */
export type WantedChanges =
  | { readonly changes: readonly ConfigChange[]; readonly replacesAll: boolean }
  | { readonly error: ErrorName; readonly message: string };

export interface AlteredResource extends AskedResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const undecided = 'The metadata store did not answer. Try again.';

/**
 * Changes settings of resources, each wholly or not at all, with a result for each in the order of the request. One
 * that is named twice is refused wherever it stands, as Apache Kafka does.
 */
export async function alterResources<R extends AskedResource>(
  context: RequestContext,
  resources: readonly R[],
  validateOnly: boolean,
  wantedOf: (resource: R) => WantedChanges,
): Promise<AlteredResource[]> {
  const named = new Map<string, number>();
  const names: string[] = [];
  for (const resource of resources) {
    const key = keyOf(resource);
    named.set(key, (named.get(key) ?? 0) + 1);
    if (isTopic(resource) && mayAlter(context, resource.resourceName)) names.push(resource.resourceName);
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  const learnt = await learnTopics(context, names);
  const altered: AlteredResource[] = [];
  for (const resource of resources) {
    if (context.isGone()) break;
    altered.push(
      (named.get(keyOf(resource)) ?? 0) > 1
        ? refused(resource, 'INVALID_REQUEST', 'Each resource must appear at most once.')
        : await alterOne(context, { resource, validateOnly, wanted: wantedOf(resource), learnt }),
    );
    await context.pace.step();
  }
  return altered;
}

const keyOf = ({ resourceType, resourceName }: AskedResource) => `${resourceType} ${resourceName}`;
const isTopic = ({ resourceType }: AskedResource) => resourceType === configResourceTypes.topic;
const mayAlter = (context: RequestContext, name: string) =>
  isAllowed(context, 'ALTER_CONFIGS', 'TOPIC', name);

interface Asked {
  readonly resource: AskedResource;
  readonly validateOnly: boolean;
  readonly wanted: WantedChanges;
  readonly learnt: Awaited<ReturnType<typeof learnTopics>>;
}

async function alterOne(context: RequestContext, asked: Asked): Promise<AlteredResource> {
  const { resource, wanted } = asked;
  const { resourceName: name, resourceType } = resource;
  // Apache Kafka's brokers look at the request before its controller looks at who sent it.
  if ('error' in wanted) return refused(resource, wanted.error, wanted.message);
  switch (resourceType) {
    case configResourceTypes.topic: {
      if (name === '') return refused(resource, 'INVALID_REQUEST', 'There are no defaults of all topics.');
      if (!mayAlter(context, name)) return refused(resource, 'TOPIC_AUTHORIZATION_FAILED');
      const topic = context.identity.cluster.topicsByName.get(name);
      if (topic !== undefined) return alterTopic(context, topic, asked, wanted);
      if (topicNameProblem(name) !== null)
        return refused(resource, 'INVALID_TOPIC_EXCEPTION', `${name} cannot be the name of a topic.`);
      return asked.learnt === 'unreachable'
        ? refused(resource, 'REQUEST_TIMED_OUT', undecided)
        : refused(resource, 'UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`);
    }
    case configResourceTypes.broker:
      return isAllowed(context, 'ALTER_CONFIGS', 'CLUSTER', clusterResource)
        ? refused(resource, 'POLICY_VIOLATION', 'The settings of brokers are their operator’s.')
        : refused(resource, 'CLUSTER_AUTHORIZATION_FAILED');
    default:
      return refused(resource, 'INVALID_REQUEST', noConfiguration(resourceType));
  }
}

async function alterTopic(
  context: RequestContext,
  { name, record, topicId }: Topic,
  { resource, validateOnly }: Asked,
  wanted: Extract<WantedChanges, { changes: unknown }>,
): Promise<AlteredResource> {
  const { cell, deps, storeTurns } = context.services;
  const clusterId = context.identity.cluster.id;
  // Every broker of the cell takes the topic over anew, with all of its partitions.
  const price = validateOnly ? 1 : record.partitions.length;
  if (!mayChangePartitions(context, price)) return refused(resource, 'POLICY_VIOLATION', tooManyChanges);
  const asked = { clusterId, topicId, validateOnly, ...wanted };
  try {
    const altered = await storeTurns.run(clusterId, () => deps.metadata.alterTopicConfigs(asked));
    if (!altered.ok) {
      notChanged(context, price);
      return altered.refusal === 'UNKNOWN_TOPIC_ID'
        ? refused(resource, 'UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
        : refused(resource, altered.refusal, altered.message);
    }
    if (!validateOnly) await cell.catchUp();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('topic.configs.undecided', { clusterId }, cause);
    return refused(resource, 'REQUEST_TIMED_OUT', undecided);
  }
  return { ...named(resource), errorCode: 0, errorMessage: null };
}

function refused(resource: AskedResource, error: ErrorName, message: string | null = null): AlteredResource {
  return { ...named(resource), errorCode: errorCode(error), errorMessage: message };
}

function named({ resourceType, resourceName }: AskedResource): AskedResource {
  return { resourceType, resourceName };
}
