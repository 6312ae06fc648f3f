import type { Api } from '@weir/kafka-protocol/api';
import { allApis } from '@weir/kafka-protocol/apis/all-apis';
import type { Field, Fields } from '@weir/kafka-protocol/schema';
import { hasVersion } from '@weir/kafka-protocol/versions';
import type { Random } from '../abuse/random.ts';
import { type MessageValue, soundRequest, type World } from '../abuse/sound-request.ts';
import { advertisedApis } from '../src/dispatch/advertised.ts';

/** Where the unforeseen comes from, and whose names it has. */
interface Draw {
  readonly random: Random;
  readonly world: World;
}

/** One request of a sequence that nobody wrote. */
export interface Step {
  readonly api: Api;
  readonly version: number;
  readonly body: MessageValue;
}

/**
 * Not drawn: signing in, which these brokers are without; what is about brokers, of which each has its own; and what
 * others of the same broker would feel.
 */
const notDrawn = new Set([
  'ApiVersions',
  'SaslHandshake',
  'SaslAuthenticate',
  'AlterPartitionReassignments',
  'ElectLeaders',
  'UpdateFeatures',
  'AlterUserScramCredentials',
  'WriteTxnMarkers',
  // Who has which records depends on when both are asked; a sequence that holds them against each other is not written yet.
  'ShareGroupHeartbeat',
  'ShareGroupDescribe',
  'ShareFetch',
  'ShareAcknowledge',
  // Neither broker has an authorizer.
  'DescribeAcls',
  'CreateAcls',
  'DeleteAcls',
]);

const drawn = allApis.filter((api) => !notDrawn.has(api.name) && versionsOf(api) !== undefined);

function versionsOf({ key }: Api) {
  return advertisedApis.find((each) => each.apiKey === key);
}

/** A sound request with up to two of its fields changed. */
export function drawStep(world: World, random: Random): Step {
  const api = pick(drawn, random);
  const versions = versionsOf(api);
  if (versions === undefined) throw new Error(`${api.name} is not advertised`);
  // Produce v0 to v2 are listed for a client that is buggy (KAFKA-18659), and are no requests.
  const least = Math.max(versions.minVersion, api.versionMin);
  const version = least + random.below(versions.maxVersion - least + 1);
  let body = transactional(soundRequest(api.requestFields, version, world), world);
  for (let changes = random.below(3); changes > 0; changes -= 1)
    body = changed(api.requestFields, version, body, { random, world });
  return { api, version, body };
}

function transactional(body: MessageValue, { group }: World): MessageValue {
  const known = ['transactionalId', 'v3AndBelowTransactionalId'].filter((name) => name in body);
  const many = ['transactionalIds', 'groupIds', 'groups'].filter(
    (name) => name in body && isOfNames(body[name]),
  );
  const lists = Object.fromEntries(many.map((name) => [name, [group]]));
  const one = Object.fromEntries(known.map((name) => [name, group]));
  return { ...body, ...one, ...lists };
}

const isOfNames = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === 'string';

const namesOf = (element: unknown): string =>
  typeof element === 'object' && element !== null
    ? JSON.stringify(Object.entries(element).filter(([name]) => naming.test(name)))
    : String(element);

const naming = /^(name|topic|topicId|groupId|resourceName|partition|partitionIndex|index|user)$/;

const pick = <T>(all: readonly T[], random: Random): T => {
  const one = all[random.below(all.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
};

/** One field of a struct, at any depth, takes another value of its type. */
function changed(fields: Fields, version: number, value: MessageValue, draw: Draw): MessageValue {
  const open = Object.entries(fields).filter(
    ([name, field]) => hasVersion(field.versions, version) && !fixed.has(name),
  );
  if (open.length === 0) return value;
  const [name, field] = pick(open, draw.random);
  return { ...value, [name]: anew(name, field, version, value[name], draw) };
}

/** Bytes have tests of their own; who asks as a replica, and what is not a client's to say, is refused by each in its way. */
const fixed = new Set([
  'records',
  'replicaId',
  'replicaState',
  'clusterId',
  'metadata',
  'assignment',
  'protocols',
  'protocolType',
  'timeoutMs',
  'isolationLevel',
  'producerIdFilters',
]);

function anew(name: string, field: Field, version: number, value: unknown, draw: Draw): unknown {
  if (hasVersion(field.nullable, version) && draw.random.below(4) === 0) return null;
  if (!field.isArray)
    return field.fields === null ? leafAnew(name, field, draw) : changedIn(field, version, value, draw);
  const elements = Array.isArray(value) ? value : [];
  const [first] = elements;
  const choice = draw.random.below(100);
  if (choice < 20 || first === undefined) return [];
  const one = { ...field, isArray: false, nullable: null };
  const other = anew(name, one, version, first, draw);
  // What is named twice is answered once here, whatever Kafka does of that API.
  return choice < 60 || namesOf(other) === namesOf(first) ? [other] : [first, other];
}

const changedIn = (field: Field, version: number, value: unknown, draw: Draw): unknown =>
  // Of a struct that soundRequest made.
  typeof value === 'object' && value !== null
    ? changed(field.fields ?? {}, version, value as MessageValue, draw)
    : value;

function leafAnew(name: string, field: Field, { random, world }: Draw): unknown {
  switch (field.type) {
    case 'bool':
      return random.below(2) === 0;
    case 'string':
      return stringAnew(name, world, random);
    case 'uuid':
      return Buffer.alloc(16, 1 + random.below(200)).toString('base64url');
    case 'bytes':
    case 'records':
      return Buffer.alloc(0);
    case 'int16':
    case 'int64':
      if (/^producer(Id|Epoch)$/i.test(name)) return pick([-1, 0, 1, 2], random);
      return pick(/Ms$/.test(name) ? timesOf(name) : (numbers[field.type] ?? small), random);
    default:
      return pick(/Ms$/.test(name) ? timesOf(name) : (numbers[field.type] ?? small), random);
  }
}

/** Names that are in no other sequence, but for such that nothing can have. */
function stringAnew(name: string, { topic }: World, random: Random): string {
  const own = ['unknown', 'not valid!', 'no/name', 'x'.repeat(250), 'UTF ü', '1'].map(
    (each) => `${each}-${topic}`,
  );
  const nobodys = /^group/i.test(name) ? [] : ['', '.', '..'];
  return pick([...own, ...nobodys], random);
}

/** Nobody waits for long. */
const times = [-1, 0, 1, 100, 6_000, 10_000];
/** Of a group's member, none of which ends while it is looked at. */
const groupTimes = [6_000, 10_000];
const timesOf = (name: string) => (/^(session|rebalance)/.test(name) ? groupTimes : times);
const small = [-2, -1, 0, 1, 2, 3, 100, 127];
const numbers: Readonly<Record<string, readonly number[]>> = {
  int16: [...small, 32_767, -32_768],
  int32: [...small, 2 ** 31 - 1, -(2 ** 31)],
  int64: [...small, 4, 5, -3, 2 ** 40],
};
