import { organizationScope, requireAccess } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';

/** Refuses whoever may not read the log of the organization. */
export const requireAuditReader = ({ caller }: Call): void =>
  requireAccess(caller, 'audit:read', organizationScope, null);
