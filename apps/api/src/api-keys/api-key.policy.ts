import type { Access, Reach } from '../access/access.ts';
import { clusterScope, organizationScope, serviceAccountScope } from '../access/require-access.ts';
import type { Caller } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import type { ApiKeyRow } from './api-key.store.ts';

/** Which keys somebody sees, and may rename and revoke; null: all of them. */
export interface SeenKeys {
  /** His own. */
  readonly ownerId: string | null;
  /** Of service accounts that he makes keys for; null: of all of them. */
  readonly serviceAccountIds: readonly string[] | null;
  /** Of clusters that he administers. */
  readonly ofClusters: Reach;
}

export const seenKeys = ({ access, id, kind }: Caller): SeenKeys | null => {
  if (access.allows('api-key:manage', organizationScope)) return null;
  const allAccounts = access.allows('service-account:assign', serviceAccountScope('*'));
  return {
    // A program sees keys, its own among them, by a role only: one that leaked must not show what else there is.
    ownerId: kind === 'User' ? id : null,
    serviceAccountIds: allAccounts ? null : access.reach('service-account:assign').serviceAccountIds,
    ofClusters: access.reach('api-key:manage'),
  };
};

/** The same for one key. Who sees a key may rename and revoke it. */
export const seesKey = ({ access, id, kind }: Caller, key: ApiKeyRow): boolean =>
  (kind === 'User' && key.ownerId === id) || manages(access, key);

const manages = (access: Access, key: ApiKeyRow): boolean =>
  access.allows('api-key:manage', key.cluster === null ? organizationScope : clusterScope(key.cluster)) ||
  (key.ownerKind === 'ServiceAccount' &&
    access.allows('service-account:assign', serviceAccountScope(key.ownerId)));

export const requireKeySight = (caller: Caller, key: ApiKeyRow): void => {
  if (!seesKey(caller, key)) throw notFound();
};
