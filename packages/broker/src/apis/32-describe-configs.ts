import {
  type DescribeConfigsRequest,
  type DescribeConfigsResponse,
  describeConfigsApi,
} from '@weir/kafka-protocol/apis/32-describe-configs';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { topicNameProblem } from '@weir/metadata-store/rules';
import { describeBrokerConfigs } from './broker-config-entries.ts';
import { configResourceTypes, noConfiguration } from './config-resources.ts';
import { learnTopics } from './find-topic.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { configSource, describeTopicConfigs } from './topic-config-entries.ts';

/** DescribeConfigs (KIP-133). v1 tells sources and synonyms (KIP-226), v3 types and documentation (KIP-569). */
export const describeConfigs: Handler<DescribeConfigsRequest, DescribeConfigsResponse> = {
  api: describeConfigsApi,
  advertised: { min: 1, max: 4 },
  handle,
};

type Resource = DescribeConfigsRequest['resources'][number];
type Result = DescribeConfigsResponse['results'][number];

async function handle(
  context: RequestContext,
  request: DescribeConfigsRequest,
): Promise<Reply<DescribeConfigsResponse>> {
  const resources = distinct(request.resources);
  const names = resources.flatMap(({ resourceType, resourceName }) =>
    resourceType === configResourceTypes.topic && mayDescribe(context, resourceName) ? [resourceName] : [],
  );
  const learnt = await learnTopics(context, names);
  const results: Result[] = [];
  for (const resource of resources) {
    const result = describeOne(context, request, resource, learnt);
    results.push(result);
    const turn = context.pace.step(2 + result.configs.length);
    if (turn !== null) await turn;
  }
  return reply({ throttleTimeMs: 0, results });
}

/** What is asked for several times is told once, as Apache Kafka does. */
function distinct(resources: readonly Resource[]): Resource[] {
  return [...new Map(resources.map((each) => [`${each.resourceType} ${each.resourceName}`, each])).values()];
}

const mayDescribe = (context: RequestContext, name: string) =>
  isAllowed(context, 'DESCRIBE_CONFIGS', 'TOPIC', name);

type Learnt = Awaited<ReturnType<typeof learnTopics>>;

function describeOne(
  context: RequestContext,
  request: DescribeConfigsRequest,
  resource: Resource,
  learnt: Learnt,
): Result {
  switch (resource.resourceType) {
    case configResourceTypes.topic:
      return describeTopic(context, request, resource, learnt);
    case configResourceTypes.broker:
      return describeBroker(context, request, resource);
    default:
      return refused(resource, 'INVALID_REQUEST', noConfiguration(resource.resourceType));
  }
}

function describeTopic(
  context: RequestContext,
  request: DescribeConfigsRequest,
  resource: Resource,
  learnt: Learnt,
): Result {
  const name = resource.resourceName;
  if (!mayDescribe(context, name)) {
    return refused(resource, 'TOPIC_AUTHORIZATION_FAILED', 'Authorization failed.');
  }
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic === undefined && learnt === 'unreachable') {
    return refused(resource, 'REQUEST_TIMED_OUT', 'The metadata store did not answer. Try again.');
  }
  if (topic === undefined && topicNameProblem(name) !== null)
    return refused(resource, 'INVALID_TOPIC_EXCEPTION', `${name} cannot be the name of a topic.`);
  if (topic === undefined)
    return refused(resource, 'UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${name}.`);
  const entries = describeTopicConfigs(topic.record, resource.configurationKeys);
  const configs = entries.map((entry) => {
    const ownValue = { name: entry.name, value: entry.value, source: configSource.topic };
    const { brokerConfig, defaultValue: value } = entry;
    // A setting that brokers know by no name of their own has no synonym but itself (KIP-226).
    const ofBroker =
      brokerConfig === null ? [] : [{ name: brokerConfig, value, source: configSource.default }];
    const synonyms = entry.isDefault ? ofBroker : [ownValue, ...ofBroker];
    return {
      name: entry.name,
      value: entry.value,
      readOnly: false,
      configSource: entry.isDefault ? configSource.default : configSource.topic,
      isSensitive: false,
      synonyms: request.includeSynonyms ? synonyms : [],
      configType: entry.type,
      documentation: request.includeDocumentation ? entry.documentation : null,
    };
  });
  return { ...named(resource), errorCode: 0, errorMessage: null, configs };
}

/** The empty name stands for all brokers, for which nothing is set at run time. */
function describeBroker(
  context: RequestContext,
  { includeSynonyms }: DescribeConfigsRequest,
  resource: Resource,
): Result {
  if (!isAllowed(context, 'DESCRIBE_CONFIGS', 'CLUSTER', clusterResource)) {
    return refused(resource, 'CLUSTER_AUTHORIZATION_FAILED', 'Authorization failed.');
  }
  const { resourceName: name, configurationKeys } = resource;
  const { brokerId } = context.services;
  if (name === '') return { ...named(resource), errorCode: 0, errorMessage: null, configs: [] };
  if (name !== String(brokerId)) {
    const message = `Unexpected broker id, expected ${brokerId} or empty string, but received ${name}`;
    return refused(resource, 'INVALID_REQUEST', message);
  }
  const wanted = configurationKeys === null ? null : new Set(configurationKeys);
  const configs = describeBrokerConfigs(context)
    .filter((entry) => wanted === null || wanted.has(entry.name))
    .map((entry) => (includeSynonyms ? entry : { ...entry, synonyms: [] }));
  return { ...named(resource), errorCode: 0, errorMessage: null, configs };
}

function refused(resource: Resource, error: ErrorName, message: string): Result {
  return { ...named(resource), errorCode: errorCode(error), errorMessage: message, configs: [] };
}

function named(resource: Resource): Pick<Result, 'resourceType' | 'resourceName'> {
  return { resourceType: resource.resourceType, resourceName: resource.resourceName };
}
