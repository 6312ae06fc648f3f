import type { Caller } from './call.ts';

/**
 * Whether the caller may see and change everything of its organization. A cluster's key never may: it opens
 * its cluster, whoever owns it.
 */
export const mayAdminister = (caller: Caller): boolean =>
  caller.role === 'OrganizationAdmin' && caller.via !== 'cluster-key';
