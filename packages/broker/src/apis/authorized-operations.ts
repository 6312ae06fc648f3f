import type { AclOperation, AclResourceType } from '@weir/metadata-store/model';
import { operationCodes } from './acl-codes.ts';
import { isAllowed, type RequestContext } from './handler.ts';

type NamedOperation = Exclude<AclOperation, 'ALL'>;

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
