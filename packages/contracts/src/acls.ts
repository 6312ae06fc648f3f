import { z } from 'zod';
import { DryRunQuery } from './envelope.ts';
import { ClusterId } from './ids.ts';
import { KafkaMetadata, kafkaList } from './kafka-envelope.ts';
import { defineOperation } from './operation.ts';
import { plainLine } from './plain-text.ts';

export const AclResourceType = z.enum(['TOPIC', 'GROUP', 'CLUSTER', 'TRANSACTIONAL_ID']);
export const AclPatternType = z.enum(['LITERAL', 'PREFIXED']);
export const AclOperation = z.enum([
  'ALL',
  'READ',
  'WRITE',
  'CREATE',
  'DELETE',
  'ALTER',
  'DESCRIBE',
  'CLUSTER_ACTION',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
  'IDEMPOTENT_WRITE',
]);
export const AclPermission = z.enum(['ALLOW', 'DENY']);

const principal = plainLine(
  z.string().regex(/^User:.{1,255}$/, 'A principal is `User:` and the id of a service account or a person.'),
).meta({ example: 'User:sa-91xk2d' });

export const AclInput = z
  .object({
    resource_type: AclResourceType,
    resource_name: plainLine(z.string().min(1).max(255)),
    pattern_type: AclPatternType,
    principal,
    host: plainLine(z.string().min(1).max(255)).default('*'),
    operation: AclOperation,
    permission: AclPermission,
  })
  .meta({ id: 'AclInput' });
export type AclInput = z.output<typeof AclInput>;

export const Acl = AclInput.extend({
  kind: z.literal('KafkaAcl'),
  metadata: KafkaMetadata,
  cluster_id: ClusterId,
  host: z.string(),
}).meta({ id: 'KafkaAcl' });
export type Acl = z.infer<typeof Acl>;

/** What is left out, or ANY, matches everything; MATCH finds what applies to a name (KIP-290). */
export const AclFilter = z.object({
  resource_type: z.enum(['ANY', ...AclResourceType.options]).optional(),
  resource_name: z.string().max(255).optional(),
  pattern_type: z.enum(['ANY', 'MATCH', ...AclPatternType.options]).optional(),
  principal: z.string().max(300).optional(),
  host: z.string().max(255).optional(),
  operation: z.enum(['ANY', ...AclOperation.options]).optional(),
  permission: z.enum(['ANY', ...AclPermission.options]).optional(),
});
export type AclFilter = z.output<typeof AclFilter>;

const common = { tag: 'Kafka', access: 'cluster', errors: 'kafka' } as const;
const params = z.object({ cluster_id: ClusterId });
const path = '/kafka/v3/clusters/{cluster_id}/acls';

export const listAcls = defineOperation({
  ...common,
  id: 'listAcls',
  method: 'GET',
  path,
  summary: 'The ACLs of a cluster that match.',
  params,
  query: AclFilter,
  status: 200,
  response: kafkaList('KafkaAclList', Acl),
});

export const createAcl = defineOperation({
  ...common,
  id: 'createAcl',
  method: 'POST',
  path,
  summary: 'Grant or deny something to a principal.',
  params,
  query: DryRunQuery,
  body: AclInput,
  status: 201,
  response: null,
});

export const deleteAcls = defineOperation({
  ...common,
  id: 'deleteAcls',
  method: 'DELETE',
  path,
  summary: 'Delete the ACLs that match; the reply lists them.',
  params,
  query: AclFilter.extend(DryRunQuery.shape),
  status: 200,
  response: kafkaList('KafkaAclList', Acl),
});
