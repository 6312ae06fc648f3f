import {
  type ListConfigResourcesRequest,
  type ListConfigResourcesResponse,
  listConfigResourcesApi,
} from '@weir/kafka-protocol/apis/74-list-config-resources';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { configResourceTypes } from './config-resources.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/** ListConfigResources (KIP-1142). v0 lists client metrics only, of which there are none. */
export const listConfigResources: Handler<ListConfigResourcesRequest, ListConfigResourcesResponse> = {
  api: listConfigResourcesApi,
  advertised: { min: 0, max: 1 },
  handle,
};

type Resource = ListConfigResourcesResponse['configResources'][number];

async function handle(
  context: RequestContext,
  request: ListConfigResourcesRequest,
): Promise<Reply<ListConfigResourcesResponse>> {
  if (!isAllowed(context, 'DESCRIBE_CONFIGS', 'CLUSTER', clusterResource)) {
    return refused('CLUSTER_AUTHORIZATION_FAILED');
  }
  const { brokerLogger, clientMetrics, broker, topic, group } = configResourceTypes;
  const known = [topic, broker, brokerLogger, clientMetrics, group];
  const named = context.apiVersion === 0 ? [clientMetrics] : request.resourceTypes;
  const asked = new Set<number>(named.length === 0 ? known : named);
  if ([...asked].some((type) => !known.some((each) => each === type))) return refused('UNSUPPORTED_VERSION');
  const configResources: Resource[] = [];
  if (asked.has(broker)) {
    for (const { brokerId } of context.services.cell.liveBrokers()) {
      configResources.push({ resourceName: String(brokerId), resourceType: broker });
    }
  }
  if (asked.has(topic)) {
    for (const resourceName of context.identity.cluster.topicsByName.keys()) {
      configResources.push({ resourceName, resourceType: topic });
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
  }
  return reply({ throttleTimeMs: 0, errorCode: 0, configResources });
}

const refused = (error: ErrorName): Reply<ListConfigResourcesResponse> =>
  reply({ throttleTimeMs: 0, errorCode: errorCode(error), configResources: [] });
