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

/** That name, null for the default, or `any` that is stated. */
type Wanted = { readonly name: string | null } | 'any';
/** By type. */
type Filter = ReadonlyMap<string, Wanted>;

async function handle(
  context: RequestContext,
  request: DescribeClientQuotasRequest,
): Promise<Reply<DescribeClientQuotasResponse>> {
  if (!isAllowed(context, 'DESCRIBE_CONFIGS', 'CLUSTER', clusterResource))
    return refused('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed.');
  const filter = filterOf(request.components);
  if ('problem' in filter) return refused(filter.error, filter.problem);
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

interface Problem {
  readonly error: ErrorName;
  readonly problem: string;
}

const invalid = (problem: string): Problem => ({ error: 'INVALID_REQUEST', problem });

/** What is wrong with it, in Kafka's words and order, or the filter. */
function filterOf(components: DescribeClientQuotasRequest['components']): Filter | Problem {
  const filter = new Map<string, Wanted>();
  for (const { entityType, matchType, match } of components) {
    if (entityType === '') return invalid('Unexpected empty filter component entity type');
    if (filter.has(entityType))
      return invalid(`Entity type ${entityType} cannot appear more than once in the filter.`);
    if (!quotaTypes.has(entityType))
      return { error: 'UNSUPPORTED_VERSION', problem: `Custom entity type '${entityType}' not supported` };
    const wanted = wantedOf(matchType, match);
    if (typeof wanted === 'object' && 'problem' in wanted) return wanted;
    filter.set(entityType, wanted);
  }
  if (filter.has('ip') && (filter.has('user') || filter.has('client-id')))
    return invalid(
      'Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.',
    );
  return filter;
}

function wantedOf(matchType: number, match: string | null): Wanted | Problem {
  switch (matchType) {
    case 0:
      if (match === null) return invalid('Request specified MATCH_TYPE_EXACT, but set match string to null.');
      return { name: match };
    case 1:
      if (match !== null)
        return invalid('Request specified MATCH_TYPE_DEFAULT, but also specified a match string.');
      return { name: null };
    case 2:
      if (match !== null)
        return invalid('Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.');
      return 'any';
    default:
      return invalid(`Unknown match type ${matchType}`);
  }
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
