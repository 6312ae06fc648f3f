import {
  type DescribeAclsRequest,
  type DescribeAclsResponse,
  describeAclsApi,
} from '@weir/kafka-protocol/apis/29-describe-acls';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { matchesAclFilter } from '@weir/metadata-store/acl-filter';
import { filterOf, wireAcl } from './acl-codes.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/** DescribeAcls (KIP-140): ACLs, those that were made over REST among them. What roles allow is none of them. */
export const describeAcls: Handler<DescribeAclsRequest, DescribeAclsResponse> = {
  api: describeAclsApi,
  advertised: { min: 1, max: 3 },
  handle,
};

type Resource = Pick<
  DescribeAclsResponse['resources'][number],
  'resourceType' | 'resourceName' | 'patternType'
> & { readonly acls: DescribeAclsResponse['resources'][number]['acls'][number][] };

async function handle(
  context: RequestContext,
  request: DescribeAclsRequest,
): Promise<Reply<DescribeAclsResponse>> {
  if (!isAllowed(context, 'DESCRIBE', 'CLUSTER', clusterResource)) {
    return refused('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed.');
  }
  if (context.services.cell.isOneTenants) return refused('SECURITY_DISABLED', noAuthorizer);
  const filter = filterOf(request);
  if (filter === 'unknown') return refused('INVALID_REQUEST', 'The filter contains UNKNOWN elements.');
  const resources = new Map<string, Resource>();
  const bindings = filter === 'none' ? [] : (context.identity.cluster.access?.bindings ?? []);
  for (const binding of bindings) {
    const turn = context.pace.step();
    if (turn !== null) await turn;
    if (filter === 'none' || !matchesAclFilter(binding, filter)) continue;
    const { resourceType, resourceName, patternType, ...acl } = wireAcl(binding);
    const key = `${resourceType} ${patternType} ${resourceName}`;
    const resource = resources.get(key) ?? { resourceType, resourceName, patternType, acls: [] };
    resources.set(key, resource);
    resource.acls.push(acl);
  }
  return reply({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, resources: [...resources.values()] });
}

/** What Apache Kafka says of ACLs where everybody may do everything, as in a standalone broker. */
export const noAuthorizer = 'No Authorizer is configured.';

const refused = (error: ErrorName, errorMessage: string): Reply<DescribeAclsResponse> =>
  reply({ throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, resources: [] });
