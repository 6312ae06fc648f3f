import { z } from 'zod';
import type { AclOperation, AclResourceType } from './acls.ts';

/** What a role can be bound on, from the outermost inwards. */
export const scopeKinds = [
  'organization',
  'environment',
  'cluster',
  'topic',
  'group',
  'transactional-id',
  'service-account',
] as const;
export type ScopeKind = (typeof scopeKinds)[number];

export const RoleName = z.enum([
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
]);
export type RoleName = z.infer<typeof RoleName>;

/** What somebody may do in the control plane. */
export const CloudPermission = z.enum([
  'organization:read',
  'organization:update',
  'environment:read',
  'environment:create',
  'environment:update',
  'environment:delete',
  'cluster:read',
  'cluster:create',
  'cluster:update',
  'cluster:delete',
  'cluster:administer',
  'usage:read',
  'directory:read',
  'user:manage',
  'service-account:read',
  'service-account:manage',
  'service-account:assign',
  'api-key:manage',
  'role-binding:manage',
  'quota:read',
  'billing:read',
  'billing:update',
  'audit:read',
]);
export type CloudPermission = z.infer<typeof CloudPermission>;

/** What somebody may do in a cluster, by Kafka's own operations. */
export type KafkaPermission = `${z.infer<typeof AclResourceType>}:${z.infer<typeof AclOperation>}`;

export type Permission = CloudPermission | KafkaPermission;

/**
 * Who has these anywhere within an organization, environment or cluster has them on that as well: nobody can go
 * to what he may use without seeing what it lies in, nor give a role without seeing to whom.
 */
export const lookPermissions: ReadonlySet<Permission> = new Set<Permission>([
  'organization:read',
  'environment:read',
  'cluster:read',
  'directory:read',
]);

export interface Role {
  /** What it is for, in a sentence for people. */
  readonly summary: string;
  readonly boundOn: readonly ScopeKind[];
  /** Of a Kafka resource, on all that the binding covers of its type. */
  readonly permissions: readonly Permission[];
}

const look = ['organization:read', 'environment:read', 'cluster:read'] as const;
const kafkaAll = ['TOPIC:ALL', 'GROUP:ALL', 'TRANSACTIONAL_ID:ALL', 'CLUSTER:ALL'] as const;

const clusterAdmin = [
  ...look,
  'directory:read',
  'cluster:update',
  'cluster:delete',
  'cluster:administer',
  'usage:read',
  'api-key:manage',
  'role-binding:manage',
  ...kafkaAll,
] as const;

const environmentAdmin = [
  ...clusterAdmin,
  'environment:update',
  'environment:delete',
  'cluster:create',
] as const;

const inClusters = [
  'organization',
  'environment',
  'cluster',
  'topic',
  'group',
  'transactional-id',
] as const satisfies readonly ScopeKind[];

/** The one statement of what each role may do: the API, the brokers and the console follow it. */
export const roles: Readonly<Record<RoleName, Role>> = {
  OrganizationAdmin: {
    summary: 'Everything in the organization: people, roles, environments, clusters and what is in them.',
    boundOn: ['organization'],
    permissions: [
      ...environmentAdmin,
      'organization:update',
      'environment:create',
      'user:manage',
      'service-account:read',
      'service-account:manage',
      'service-account:assign',
      'quota:read',
      'billing:read',
      'billing:update',
      'audit:read',
    ],
  },
  EnvironmentAdmin: {
    summary: 'Everything in an environment: creates clusters, uses them, and says who else may.',
    boundOn: ['environment'],
    permissions: environmentAdmin,
  },
  CloudClusterAdmin: {
    summary: 'Everything in a cluster: its settings, topics, ACLs and keys, and who else may use it.',
    boundOn: ['cluster'],
    permissions: clusterAdmin,
  },
  ResourceOwner: {
    summary: 'Everything with some topics, groups or transactional ids, and says who else may use them.',
    boundOn: ['topic', 'group', 'transactional-id'],
    permissions: [
      ...look,
      'directory:read',
      'role-binding:manage',
      'TOPIC:ALL',
      'GROUP:ALL',
      'TRANSACTIONAL_ID:ALL',
    ],
  },
  DeveloperManage: {
    summary: 'Creates, changes and deletes topics and groups; reads and writes no records.',
    boundOn: inClusters,
    permissions: [
      ...look,
      'TOPIC:CREATE',
      'TOPIC:DELETE',
      'TOPIC:ALTER',
      'TOPIC:ALTER_CONFIGS',
      'TOPIC:DESCRIBE',
      'TOPIC:DESCRIBE_CONFIGS',
      'GROUP:DELETE',
      'GROUP:DESCRIBE',
      'TRANSACTIONAL_ID:DESCRIBE',
      'CLUSTER:CREATE',
      'CLUSTER:DESCRIBE',
      'CLUSTER:DESCRIBE_CONFIGS',
    ],
  },
  DeveloperRead: {
    summary: 'Reads records, and joins consumer groups.',
    boundOn: inClusters,
    permissions: [
      ...look,
      'TOPIC:READ',
      'TOPIC:DESCRIBE',
      'TOPIC:DESCRIBE_CONFIGS',
      'GROUP:READ',
      'GROUP:DESCRIBE',
      'TRANSACTIONAL_ID:DESCRIBE',
    ],
  },
  DeveloperWrite: {
    summary: 'Writes records, in transactions too.',
    boundOn: ['organization', 'environment', 'cluster', 'topic', 'transactional-id'],
    permissions: [
      ...look,
      'TOPIC:WRITE',
      'TOPIC:DESCRIBE',
      'TRANSACTIONAL_ID:WRITE',
      'TRANSACTIONAL_ID:DESCRIBE',
      'CLUSTER:IDEMPOTENT_WRITE',
    ],
  },
  MetricsViewer: {
    summary: 'Sees throughput, use and limits; no records, and changes nothing.',
    boundOn: ['organization', 'environment', 'cluster'],
    permissions: [...look, 'usage:read'],
  },
  BillingAdmin: {
    summary:
      'Sees what everything uses, may use and costs, and says whom it is billed to; no records, and nothing in clusters.',
    boundOn: ['organization'],
    permissions: [...look, 'usage:read', 'quota:read', 'billing:read', 'billing:update'],
  },
  Assigner: {
    summary: 'Makes keys for a service account, and so acts as it.',
    boundOn: ['service-account'],
    permissions: ['organization:read', 'service-account:read', 'service-account:assign'],
  },
};
