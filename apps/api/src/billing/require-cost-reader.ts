import { lacks, organizationScope, requireAccess } from '../access/require-access.ts';
import type { Caller } from '../http/call.ts';

/** Refuses whoever may not see what the organization pays. */
export const requireCostReader = (caller: Caller): void =>
  requireAccess(caller, 'billing:read', organizationScope, null);

/** The same, but that a service account may ask for what it used itself. */
export const requireCostReaderOf = (caller: Caller, principal: string | undefined): void => {
  if (caller.access.allows('billing:read', organizationScope)) return;
  const asksForItself = caller.kind === 'ServiceAccount' && principal?.replace(/^User:/, '') === caller.id;
  if (!asksForItself) throw lacks('billing:read');
};
