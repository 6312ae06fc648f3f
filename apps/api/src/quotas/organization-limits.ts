import type { OrganizationLimitName } from '@weir/contracts/quotas';
import { z } from 'zod';

export type OrganizationLimits = Readonly<Record<OrganizationLimitName, number>>;

/** Of an organization none of whose administrators has confirmed an e-mail address: anybody can have such. */
export const limitsUnverified: OrganizationLimits = {
  clusters: 10,
  // Each is a process: an operator raises it for who needs more.
  dedicated_units: 2,
  environments: 10,
  api_keys: 200,
  service_accounts: 50,
  members: 5,
  role_bindings: 100,
  role_bindings_per_principal: 50,
};

export const limitsVerified: OrganizationLimits = {
  clusters: 50,
  dedicated_units: 4,
  environments: 50,
  api_keys: 2_000,
  service_accounts: 500,
  members: 100,
  role_bindings: 1_000,
  role_bindings_per_principal: 100,
};

/** Live keys of one person or service account. */
export const keysPerOwnerMax = 100;

/** How many times its limit of each an organization may make in a day, counting what it removed again. */
export const madePerDayFactor = 20;

export const limitDisplayNames: Readonly<Record<OrganizationLimitName, string>> = {
  clusters: 'Clusters',
  dedicated_units: 'Units of Dedicated clusters',
  environments: 'Environments',
  api_keys: 'API keys',
  service_accounts: 'Service accounts',
  members: 'Members',
  role_bindings: 'Role bindings',
  role_bindings_per_principal: 'Role bindings of one person or service account',
};

/** What an operator changed, as it stands in the store; unknown names are of a later version. */
const Changed = z.record(z.string(), z.int().nonnegative()).nullable().catch(null);

/** The limit that holds. Pure. */
export const appliedLimit = (name: OrganizationLimitName, isVerified: boolean, changed: unknown): number =>
  Changed.parse(changed)?.[name] ?? defaultLimit(name, isVerified);

export const defaultLimit = (name: OrganizationLimitName, isVerified: boolean): number =>
  (isVerified ? limitsVerified : limitsUnverified)[name];
