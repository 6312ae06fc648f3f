import {
  type DescribeClusterRequest,
  type DescribeClusterResponse,
  describeClusterApi,
} from '@weir/kafka-protocol/apis/60-describe-cluster';
import { errorCode } from '@weir/kafka-protocol/errors';
import { authorizedOperations } from './authorized-operations.ts';
import { clusterResource, type Handler, type Reply, type RequestContext, reply } from './handler.ts';

/** DescribeCluster (KIP-700). v1 can ask for the controllers instead of the brokers (KIP-919): there are none to reach. */
export const describeCluster: Handler<DescribeClusterRequest, DescribeClusterResponse> = {
  api: describeClusterApi,
  advertised: { min: 0, max: 2 },
  handle,
};

const brokerEndpoints = 1;
const controllerEndpoints = 2;

function handle(context: RequestContext, request: DescribeClusterRequest): Reply<DescribeClusterResponse> {
  const { cluster } = context.identity;
  if (context.apiVersion >= 1 && request.endpointType !== brokerEndpoints) {
    const isOfControllers = request.endpointType === controllerEndpoints;
    return reply({
      throttleTimeMs: 0,
      errorCode: errorCode(isOfControllers ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE'),
      errorMessage: 'Only brokers can be described.',
      endpointType: brokerEndpoints,
      clusterId: '',
      brokers: [],
    });
  }
  const brokers = context.services.cell.liveBrokers();
  return reply({
    throttleTimeMs: 0,
    errorCode: 0,
    errorMessage: null,
    endpointType: brokerEndpoints,
    clusterId: cluster.id,
    controllerId: brokers[0]?.brokerId ?? -1,
    brokers: brokers.map((broker) => ({
      brokerId: broker.brokerId,
      host: context.door.hostOf(broker),
      port: broker.port,
      rack: broker.rack,
    })),
    clusterAuthorizedOperations: authorizedOperations(
      context,
      request.includeClusterAuthorizedOperations,
      'CLUSTER',
      clusterResource,
    ),
  });
}
