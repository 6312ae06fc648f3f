import {
  type DescribeClientQuotasRequest,
  type DescribeClientQuotasResponse,
  describeClientQuotasApi,
} from '@weir/kafka-protocol/apis/48-describe-client-quotas';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { QuotaEntity } from '@weir/metadata-store/entity-quotas';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { namedEntity, quotaTypes } from './quota-entities.ts';

/** DescribeClientQuotas (KIP-546), for who may DESCRIBE_CONFIGS of the CLUSTER: what AlterClientQuotas has set. */
export const describeClientQuotas: Handler<DescribeClientQuotasRequest, DescribeClientQuotasResponse> = {
  api: describeClientQuotasApi,
  advertised: { min: 0, max: 1 },
  handle,
};

/** By type: that name, null for the default, or `any` that is stated. */
type Filter = ReadonlyMap<string, { readonly name: string | null } | 'any'>;

async function handle(
  context: RequestContext,
  request: DescribeClientQuotasRequest,
): Promise<Reply<DescribeClientQuotasResponse>> {
  if (!isAllowed(context, 'DESCRIBE_CONFIGS', 'CLUSTER', clusterResource))
    return refused('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed.');
  const filter = filterOf(request.components);
  if (typeof filter === 'string') return refused('INVALID_REQUEST', filter);
  const unknown = [...filter.keys()].find((type) => !quotaTypes.has(type));
  if (unknown !== undefined)
    return refused('UNSUPPORTED_VERSION', `Custom entity type '${unknown}' not supported`);
  const entries: NonNullable<DescribeClientQuotasResponse['entries']>[number][] = [];
  for (const { values, ...entity } of context.identity.cluster.record.entityQuotas ?? []) {
    const turn = context.pace.step();
    if (turn !== null) await turn;
    if (!matches(entity, filter, request.strict)) continue;
    const set = Object.entries(values).map(([key, value]) => ({ key, value }));
    entries.push({ entity: namedEntity(entity), values: set });
  }
  return reply({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, entries });
}

/** What is wrong with it, in Kafka's words, or the filter. */
function filterOf(components: DescribeClientQuotasRequest['components']): Filter | string {
  const filter = new Map<string, { readonly name: string | null } | 'any'>();
  for (const { entityType, matchType, match } of components) {
    if (entityType === '') return 'Unexpected empty filter component entity type';
    if (filter.has(entityType))
      return `Entity type ${entityType} cannot appear more than once in the filter.`;
    switch (matchType) {
      case 0:
        if (match === null) return 'Request specified MATCH_TYPE_EXACT, but set match string to null.';
        filter.set(entityType, { name: match });
        break;
      case 1:
        if (match !== null) return 'Request specified MATCH_TYPE_DEFAULT, but also specified a match string.';
        filter.set(entityType, { name: null });
        break;
      case 2:
        if (match !== null)
          return 'Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.';
        filter.set(entityType, 'any');
        break;
      default:
        return `Unknown match type ${matchType}`;
    }
  }
  if (filter.has('ip') && (filter.has('user') || filter.has('client-id')))
    return 'Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.';
  return filter;
}

function matches(entity: QuotaEntity, filter: Filter, isStrict: boolean): boolean {
  const named = namedEntity(entity);
  if (isStrict && named.length !== filter.size) return false;
  for (const [type, wanted] of filter) {
    const part = named.find(({ entityType }) => entityType === type);
    if (part === undefined || (wanted !== 'any' && part.entityName !== wanted.name)) return false;
  }
  return true;
}

const refused = (error: ErrorName, errorMessage: string): Reply<DescribeClientQuotasResponse> =>
  reply({ throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, entries: null });
