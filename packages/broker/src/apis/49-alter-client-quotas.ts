import {
  type AlterClientQuotasRequest,
  type AlterClientQuotasResponse,
  alterClientQuotasApi,
} from '@weir/kafka-protocol/apis/49-alter-client-quotas';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { EntityQuotaChanges } from '@weir/metadata-store/entity-quotas';
import { StoreError } from '@weir/metadata-store/port';
import { takeOver, undecided } from './acl-changes.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { mayChangePartitions, tooManyChanges } from './partition-changes.ts';
import { entityOf } from './quota-entities.ts';

/** AlterClientQuotas (KIP-546), for who may ALTER_CONFIGS of the CLUSTER. Each entity has an outcome of its own. */
export const alterClientQuotas: Handler<AlterClientQuotasRequest, AlterClientQuotasResponse> = {
  api: alterClientQuotasApi,
  advertised: { min: 0, max: 1 },
  handle,
};

type Entry = AlterClientQuotasRequest['entries'][number];
type Outcome = Pick<AlterClientQuotasResponse['entries'][number], 'errorCode' | 'errorMessage'>;

async function handle(
  context: RequestContext,
  { entries, validateOnly }: AlterClientQuotasRequest,
): Promise<Reply<AlterClientQuotasResponse>> {
  const outcomes: AlterClientQuotasResponse['entries'][number][] = [];
  // Of an entity that is named twice the last says what is to be, as in Kafka.
  for (const entry of new Map(entries.map((each) => [nameOf(each), each])).values()) {
    if (context.isGone()) break;
    outcomes.push({ ...(await alterOne(context, entry, validateOnly)), entity: entry.entity });
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  if (!validateOnly && outcomes.some((outcome) => outcome.errorCode === 0)) await takeOver(context);
  return reply({ throttleTimeMs: 0, entries: outcomes });
}

const nameOf = ({ entity }: Entry): string =>
  JSON.stringify(entity.map(({ entityType, entityName }) => [entityType, entityName]).toSorted());

async function alterOne(
  context: RequestContext,
  { entity: parts, ops }: Entry,
  validateOnly: boolean,
): Promise<Outcome> {
  const { deps, storeTurns } = context.services;
  const clusterId = context.identity.cluster.id;
  if (!isAllowed(context, 'ALTER_CONFIGS', 'CLUSTER', clusterResource))
    return refused('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed.');
  const entity = entityOf(parts);
  if (typeof entity === 'string') return refused('INVALID_REQUEST', entity);
  const changes = ops.map(({ key, value, remove }) => ({ key, value: remove ? null : value }));
  // Each is a version of the cell, which every broker reads.
  if (!mayChangePartitions(context, 1)) return refused('POLICY_VIOLATION', tooManyChanges);
  const asked: EntityQuotaChanges = { clusterId, entity, changes, validateOnly };
  try {
    const altered = await storeTurns.run(clusterId, () => deps.metadata.alterEntityQuotas(asked));
    if (altered.ok) return { errorCode: 0, errorMessage: null };
    // The connection's cluster was removed a moment ago; its connections are about to close.
    if (altered.refusal === 'UNKNOWN_CLUSTER')
      return refused('POLICY_VIOLATION', 'This cluster has been deleted.');
    return refused(altered.refusal, altered.message);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('quotas.alter.undecided', { clusterId }, cause);
    return refused('REQUEST_TIMED_OUT', undecided);
  }
}

const refused = (error: ErrorName, errorMessage: string): Outcome => ({
  errorCode: errorCode(error),
  errorMessage,
});
