import { holdsAll } from '@weir/metadata-store/grantable';
import type { AclBinding } from '@weir/metadata-store/model';
import { StoreError } from '@weir/metadata-store/port';
import type { RequestContext } from './handler.ts';

export const undecided = 'The metadata store did not answer. Try again.';

/**
 * Who may change ACLs gives no more by it than he may do himself, and takes away none that denies it to him: the rule
 * that REST goes by.
 */
export function mayGive(context: RequestContext, binding: AclBinding): boolean {
  const { cluster, principal } = context.identity;
  const { access } = cluster;
  return holdsAll(principal, access?.bindings ?? [], access?.roleGrants.grants ?? [], binding);
}

export const notGiven = ({ operation, resourceType, resourceName }: AclBinding): string =>
  `You are not allowed ${operation} ${resourceType} ${resourceName} yourself, and so cannot give it to others.`;

/** From here on what was changed decides for the connections of this broker; the others hear of it at once. */
export async function takeOver(context: RequestContext): Promise<void> {
  const { cell, deps } = context.services;
  try {
    await cell.catchUp();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('acls.changed.not-read', { clusterId: context.identity.cluster.id }, cause);
  }
}
