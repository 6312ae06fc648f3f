import {
  type CreateAclsRequest,
  type CreateAclsResponse,
  createAclsApi,
} from '@weir/kafka-protocol/apis/30-create-acls';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { StoreError } from '@weir/metadata-store/port';
import { aclProblem } from '@weir/metadata-store/rules';
import { noAuthorizer } from './29-describe-acls.ts';
import { mayGive, notGiven, takeOver, undecided } from './acl-changes.ts';
import { bindingOf } from './acl-codes.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { mayChangePartitions, tooManyChanges } from './partition-changes.ts';

/** CreateAcls (KIP-140), for who may ALTER the CLUSTER. One that is there already is no error. */
export const createAcls: Handler<CreateAclsRequest, CreateAclsResponse> = {
  api: createAclsApi,
  advertised: { min: 1, max: 3 },
  handle,
};

type Creation = CreateAclsRequest['creations'][number];
type CreationResult = CreateAclsResponse['results'][number];

async function handle(
  context: RequestContext,
  { creations }: CreateAclsRequest,
): Promise<Reply<CreateAclsResponse>> {
  const results: CreationResult[] = [];
  for (const creation of creations) {
    if (context.isGone()) break;
    results.push(await createOne(context, creation));
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  if (results.some((result) => result.errorCode === 0)) await takeOver(context);
  return reply({ throttleTimeMs: 0, results });
}

async function createOne(context: RequestContext, creation: Creation): Promise<CreationResult> {
  const { cell, deps, storeTurns } = context.services;
  const { cluster } = context.identity;
  if (!isAllowed(context, 'ALTER', 'CLUSTER', clusterResource)) {
    return refused('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed.');
  }
  if (cell.isOneTenants) return refused('SECURITY_DISABLED', noAuthorizer);
  const binding = bindingOf(cluster.id, { ...creation, patternType: creation.resourcePatternType });
  if (typeof binding === 'string') return refused('INVALID_REQUEST', binding);
  const problem = aclProblem(binding);
  if (problem !== null) return refused('INVALID_REQUEST', problem);
  // Each is a version of the cell, which every broker reads with all ACLs of the cluster.
  if (!mayChangePartitions(context, 1)) return refused('POLICY_VIOLATION', tooManyChanges);
  if (binding.permission === 'ALLOW' && !mayGive(context, binding)) {
    return refused('CLUSTER_AUTHORIZATION_FAILED', notGiven(binding));
  }
  try {
    const applied = await storeTurns.run(cluster.id, () => deps.metadata.applyAcl(binding));
    if (applied.ok) return { errorCode: 0, errorMessage: null };
    // The connection's cluster was removed a moment ago; its connections are about to close.
    if (applied.refusal === 'UNKNOWN_CLUSTER')
      return refused('POLICY_VIOLATION', 'This cluster has been deleted.');
    return refused(applied.refusal, applied.message);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('acl.create.undecided', { clusterId: cluster.id }, cause);
    return refused('REQUEST_TIMED_OUT', undecided);
  }
}

const refused = (error: ErrorName, errorMessage: string): CreationResult => ({
  errorCode: errorCode(error),
  errorMessage,
});
