import type { Access } from '../access/access.ts';
import { lacks, organizationScope, serviceAccountScope } from '../access/require-access.ts';
import type { Caller } from '../http/call.ts';
import { notFound } from '../http/refused.ts';

/** Who gives roles sees all to whom they can be given; others see what they make keys for. */
export const seesAccount = (access: Access, id: string): boolean =>
  access.allows('directory:read', organizationScope) ||
  access.allows('service-account:read', serviceAccountScope(id));

/** The ids of the accounts that are seen; null: all of them. */
export const seenAccountIds = (access: Access): readonly string[] | null => {
  if (seesAccount(access, '*')) return null;
  return access.reach('service-account:read').serviceAccountIds;
};

export const requireManagedAccount = ({ access }: Caller, id: string): void => {
  if (access.allows('service-account:manage', serviceAccountScope(id))) return;
  throw seesAccount(access, id) ? lacks('service-account:manage') : notFound();
};
