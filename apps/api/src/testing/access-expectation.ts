import type { RoleName } from '@weir/contracts/roles';

/** Somebody with one role, bound in the scene where it can be; `none`: a member without any. */
export type Holder = RoleName | 'none';

/** What an operation is about, by which the scene finds objects for it. */
export type Subject =
  | 'organization'
  | 'environment'
  | 'cluster'
  | 'deleted-cluster'
  | 'topic'
  | 'consumer-group'
  | 'user'
  | 'invitation'
  | 'sso-domain'
  | 'group-mapping'
  | 'service-account'
  | 'api-key'
  | 'role-binding'
  | 'client-quota'
  | 'invoice'
  | 'credit-note'
  | 'spend-limit'
  | 'budget'
  | 'webhook'
  | 'webhook-delivery'
  | 'session'
  | 'passkey';

/** Holders that get each answer. Whoever is not named is told that there is no such thing. */
export interface Answers {
  readonly ok: readonly Holder[];
  /** See it, and may not: 403. */
  readonly forbidden?: readonly Holder[];
}

type QueryOfIds = (ids: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;

export type Expected =
  /** About one object, which its path or body names. */
  | {
      readonly about: Subject;
      /** Within what the holders' roles are bound on. */
      readonly own: Answers;
      /** Of the same organization, out of scope of all but the organization's roles. */
      readonly aside: Answers;
      readonly query?: Readonly<Record<string, string>> | QueryOfIds;
      readonly body?: (ids: Readonly<Record<string, string>>) => unknown;
      /** What who may gets, if it is not what the contract says: the operation is right, and refused for another reason. */
      readonly okStatus?: number;
    }
  /** Answers 200 to everybody, with what they see. */
  | {
      readonly lists: Subject | 'quota' | 'audit-event' | 'membership';
      /** Who finds the object that is theirs, and the one aside. */
      readonly own: readonly Holder[];
      readonly aside: readonly Holder[];
      readonly query?: (ids: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
    }
  /** About nothing that could be another's. */
  | {
      readonly plain: true;
      readonly ok: readonly Holder[];
      readonly query?: Readonly<Record<string, string>>;
      readonly body?: unknown;
      /** As above. */
      readonly okStatus?: number;
    };

export type About = Extract<Expected, { about: unknown }>;
export type Lists = Extract<Expected, { lists: unknown }>;
export type Plain = Extract<Expected, { plain: true }>;

export const everybody: readonly Holder[] = [
  'OrganizationAdmin',
  'EnvironmentAdmin',
  'CloudClusterAdmin',
  'ResourceOwner',
  'DeveloperManage',
  'DeveloperRead',
  'DeveloperWrite',
  'MetricsViewer',
  'BillingAdmin',
  'Assigner',
  'none',
];

/** Roles on the whole organization. */
export const wide = ['OrganizationAdmin', 'BillingAdmin'] as const;

export const readOwn = (ok: readonly Holder[], wideOk: readonly Holder[] = wide) => ({
  own: { ok },
  aside: { ok: wideOk },
});

export const dryRun = { dry_run: 'true' };
