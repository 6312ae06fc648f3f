import { partitionChangesPerSecMax } from '../limits.ts';
import type { RequestContext } from './handler.ts';

/** More than the cluster may have are refused for that, and less than one: nobody pays for years for a number that he mistyped. */
const payable = ({ identity: { cluster } }: RequestContext, partitions: number) =>
  Math.max(1, Math.min(partitions, cluster.record.limits.partitionsMax));

/**
 * Whether the cluster may make or remove so many partitions now, and counts them (KIP-599): each is work
 * for the store and for every broker of the cell.
 */
export function mayChangePartitions(context: RequestContext, partitions: number): boolean {
  const { cluster } = context.identity;
  const now = context.services.deps.clock.monotonicMs();
  if (cluster.partitionChanges.isInDebt(now)) {
    cluster.reachedLimits.reached('partitionChangesPerSecMax');
    return false;
  }
  cluster.partitionChanges.charge(payable(context, partitions), now);
  return true;
}

const userOf = ({ identity, clientId }: RequestContext) => ({ principal: identity.principal, clientId });

/**
 * The same within the quotas that the cluster's clients have set for themselves: from the version on that knows of it who
 * has used his up is refused, before it he waits (KIP-599).
 */
export function mutationRefusal(
  context: RequestContext,
  partitions: number,
  knownFrom: number,
): { readonly error: 'THROTTLING_QUOTA_EXCEEDED' | 'POLICY_VIOLATION'; readonly message: string } | null {
  const { cluster } = context.identity;
  const user = userOf(context);
  if (cluster.isOutOfMutations(user) && context.apiVersion >= knownFrom)
    return { error: 'THROTTLING_QUOTA_EXCEEDED', message: 'The throttling quota has been exceeded.' };
  if (!mayChangePartitions(context, partitions))
    return { error: tooManyError(context, knownFrom), message: tooManyChanges };
  cluster.chargeMutations(user, payable(context, partitions));
  return null;
}

/** For how long the client is to wait for what it has made and removed, milliseconds. */
export const mutationThrottleMs = (context: RequestContext): number =>
  context.identity.cluster.chargeMutations(userOf(context), 0);

/** The store has refused to make them: what counts is that it was asked. */
export function notChanged(context: RequestContext, partitions: number): void {
  const now = context.services.deps.clock.monotonicMs();
  context.identity.cluster.partitionChanges.charge(1 - payable(context, partitions), now);
}

/** How that is refused: as KIP-599 has it, from the version on that knows of it; a limit of the cluster it is in any. */
const tooManyError = (
  { apiVersion }: Pick<RequestContext, 'apiVersion'>,
  knownFrom: number,
): 'THROTTLING_QUOTA_EXCEEDED' | 'POLICY_VIOLATION' =>
  apiVersion >= knownFrom ? 'THROTTLING_QUOTA_EXCEEDED' : 'POLICY_VIOLATION';

export const tooManyChanges = `The cluster makes and removes more than ${partitionChangesPerSecMax} partitions a second (partitionChangesPerSecMax). Try again in a while.`;
