import {
  type DeleteAclsRequest,
  type DeleteAclsResponse,
  deleteAclsApi,
} from '@weir/kafka-protocol/apis/31-delete-acls';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { matchesAclFilter } from '@weir/metadata-store/acl-filter';
import type { AclBinding } from '@weir/metadata-store/model';
import { StoreError } from '@weir/metadata-store/port';
import { noAuthorizer } from './29-describe-acls.ts';
import { mayGive, notGiven, takeOver, undecided } from './acl-changes.ts';
import { filterOf, type WireAclFilter, wireAcl } from './acl-codes.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { mayChangePartitions, tooManyChanges } from './partition-changes.ts';

/** DeleteAcls (KIP-140), for who may ALTER the CLUSTER: all that a filter finds, those made over REST among them. */
export const deleteAcls: Handler<DeleteAclsRequest, DeleteAclsResponse> = {
  api: deleteAclsApi,
  advertised: { min: 1, max: 3 },
  handle,
};

/** Of one request, over all filters, as Apache Kafka bounds what one of its operations changes. */
const matchesMax = 10_000;

type FilterResult = DeleteAclsResponse['filterResults'][number];
type Match = FilterResult['matchingAcls'][number];

async function handle(
  context: RequestContext,
  { filters }: DeleteAclsRequest,
): Promise<Reply<DeleteAclsResponse>> {
  const isHeard = await hear(context);
  const removal = new Removal(context);
  const filterResults: FilterResult[] = [];
  for (const filter of filters) {
    if (context.isGone()) break;
    filterResults.push(isHeard ? await removal.remove(filter) : refused('REQUEST_TIMED_OUT', undecided));
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  if (removal.hasRemoved) await takeOver(context);
  return reply({ throttleTimeMs: 0, filterResults });
}

/** Of ACLs that others made a moment ago. */
async function hear({ identity: { cluster }, services: { deps } }: RequestContext): Promise<boolean> {
  try {
    await cluster.lookUps.lookUp();
    return true;
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('acls.look-up.failed', { clusterId: cluster.id }, cause);
    return false;
  }
}

/** What one request removes: what two filters find goes once, and is told twice. */
class Removal {
  hasRemoved = false;
  readonly #context: RequestContext;
  readonly #bindings: readonly AclBinding[];
  readonly #outcomes = new Map<AclBinding, Match>();
  #matches = 0;

  constructor(context: RequestContext) {
    this.#context = context;
    this.#bindings = context.identity.cluster.access?.bindings ?? [];
  }

  async remove(asked: WireAclFilter): Promise<FilterResult> {
    if (!isAllowed(this.#context, 'ALTER', 'CLUSTER', clusterResource)) {
      return refused('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed.');
    }
    if (this.#context.services.cell.isOneTenants) return refused('SECURITY_DISABLED', noAuthorizer);
    const filter = filterOf(asked);
    if (filter === 'unknown') return refused('INVALID_REQUEST', 'The filter contains UNKNOWN elements.');
    const found: AclBinding[] = [];
    if (filter !== 'none') {
      for (const binding of this.#bindings) {
        if (matchesAclFilter(binding, filter)) found.push(binding);
        const turn = this.#context.pace.step();
        if (turn !== null) await turn;
      }
    }
    this.#matches += found.length;
    if (this.#matches > matchesMax) return refused('POLICY_VIOLATION', tooManyMatches);
    const matchingAcls: Match[] = [];
    for (const binding of found) {
      const outcome = this.#outcomes.get(binding) ?? (await this.#removeOne(binding));
      this.#outcomes.set(binding, outcome);
      matchingAcls.push(outcome);
    }
    return { errorCode: 0, errorMessage: null, matchingAcls };
  }

  async #removeOne(binding: AclBinding): Promise<Match> {
    const { deps, storeTurns } = this.#context.services;
    const { clusterId } = binding;
    if (binding.permission === 'DENY' && !mayGive(this.#context, binding)) {
      return told(binding, 'CLUSTER_AUTHORIZATION_FAILED', notGiven(binding));
    }
    if (!mayChangePartitions(this.#context, 1)) return told(binding, 'POLICY_VIOLATION', tooManyChanges);
    try {
      await storeTurns.run(clusterId, () => deps.metadata.removeAcl(binding));
      this.hasRemoved = true;
      return told(binding);
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause;
      deps.log.warn('acl.delete.undecided', { clusterId }, cause);
      return told(binding, 'REQUEST_TIMED_OUT', undecided);
    }
  }
}

const tooManyMatches = `The filters of one request find more than ${matchesMax} ACLs. Ask for fewer.`;

const told = (binding: AclBinding, error: ErrorName = 'NONE', errorMessage: string | null = null): Match => ({
  errorCode: errorCode(error),
  errorMessage,
  ...wireAcl(binding),
});

const refused = (error: ErrorName, errorMessage: string): FilterResult => ({
  errorCode: errorCode(error),
  errorMessage,
  matchingAcls: [],
});
