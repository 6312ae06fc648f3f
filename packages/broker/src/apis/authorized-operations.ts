import type { AclOperation, AclResourceType } from '@weir/metadata-store/model';
import { isAllowed, type RequestContext } from './handler.ts';

/** AclOperation codes of org.apache.kafka.common.acl. */
const operationCodes = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const satisfies Partial<Record<AclOperation, number>>;

type NamedOperation = keyof typeof operationCodes;

const operationsOf: Readonly<Record<AclResourceType, readonly NamedOperation[]>> = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: [
    'CREATE',
    'ALTER',
    'DESCRIBE',
    'CLUSTER_ACTION',
    'DESCRIBE_CONFIGS',
    'ALTER_CONFIGS',
    'IDEMPOTENT_WRITE',
  ],
  TRANSACTIONAL_ID: ['WRITE', 'DESCRIBE'],
};

/** Int32's least value: the client did not ask. */
const notAsked = -0x8000_0000;

/** KIP-430: the operations that the principal may do on the resource, as a set of bits by operation code. */
export function authorizedOperations(
  context: RequestContext,
  isAsked: boolean,
  type: AclResourceType,
  name: string,
): number {
  if (!isAsked) return notAsked;
  let bits = 0;
  for (const operation of operationsOf[type]) {
    if (isAllowed(context, operation, type, name)) bits |= 1 << operationCodes[operation];
  }
  return bits;
}
