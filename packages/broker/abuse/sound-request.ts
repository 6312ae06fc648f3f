import type { Field, Fields } from '@weir/kafka-protocol/schema';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { hasVersion } from '@weir/kafka-protocol/versions';
import { batchOf } from '../src/testing/log-for-tests.ts';

/** What a request names: the sender's own things. */
export interface World {
  readonly topic: string;
  readonly topicId: string;
  readonly group: string;
}

export type MessageValue = Record<string, unknown>;

/** Values by the field's name that let a request past its first checks; every other field has its type's. */
const byName: Readonly<Record<string, (world: World) => unknown>> = {
  topic: ({ topic }) => topic,
  name: ({ topic }) => topic,
  topicNames: ({ topic }) => topic,
  resourceName: ({ topic }) => topic,
  resourceType: () => 2,
  topicId: ({ topicId }) => topicId,
  groupId: ({ group }) => group,
  groupsNames: ({ group }) => group,
  coordinatorKeys: ({ group }) => group,
  key: ({ group }) => group,
  records: () => batchOf({ timestamp: Date.now() }),
  acks: () => -1,
  timeoutMs: () => 1_000,
  maxWaitMs: () => 10,
  minBytes: () => 1,
  maxBytes: () => 1_000_000,
  partitionMaxBytes: () => 1_000_000,
  sessionEpoch: () => -1,
  sessionTimeoutMs: () => 10_000,
  rebalanceTimeoutMs: () => 10_000,
  replicaId: () => -1,
  protocolType: () => 'consumer',
  mechanism: () => 'PLAIN',
  clientSoftwareName: () => 'abuse',
  clientSoftwareVersion: () => '1',
  numPartitions: () => 1,
  count: () => 5,
  brokerIds: () => 1,
  replicationFactor: () => 1,
  generationId: () => -1,
  generationIdOrMemberEpoch: () => -1,
};

function leaf(name: string, field: Field, world: World, asked: readonly string[]): unknown {
  const known = byName[name];
  // A name stands for strings in one API and for numbers in another.
  const value = known?.(world);
  switch (field.type) {
    case 'bool':
      return false;
    case 'string':
      return typeof value === 'string' ? value : '';
    case 'bytes':
    case 'records':
      return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
    case 'uuid':
      return typeof value === 'string' && name.endsWith('Id') ? value : zeroUuid;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint16':
    case 'float64':
      return typeof value === 'number' ? value : 0;
    case 'struct':
      return soundFields(field.fields ?? {}, world, asked);
    default:
      return unknownType(field.type);
  }
}

/** A type that the schema learnt and this campaign did not would be left out in silence. */
export function unknownType(type: never): never {
  throw new TypeError(`the campaign knows no field of the type ${String(type)}`);
}

/** Where a request is sound without them: what they would say excludes what its other fields say. */
const emptyUnlessAsked = new Set(['assignments', 'configs']);

function soundFields(fields: Fields, world: World, asked: readonly string[]): MessageValue {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      if (field.isArray && emptyUnlessAsked.has(name) && !asked.includes(name)) {
        return [name, field.nullable === null ? [] : null];
      }
      const one = leaf(name, field, world, asked);
      return [name, field.isArray ? [one] : one];
    }),
  );
}

/** A request that is well-formed and names the sender's own things; arrays hold one element, those that are `asked` for in any case. */
export function soundRequest(
  fields: Fields,
  version: number,
  world: World,
  asked: readonly string[] = [],
): MessageValue {
  const carried = Object.entries(fields).filter(([, field]) => hasVersion(field.versions, version));
  return soundFields(Object.fromEntries(carried), world, asked);
}
