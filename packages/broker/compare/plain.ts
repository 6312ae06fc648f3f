import { compression } from '@weir/kafka-protocol/compression';
import { readEndMarker } from '@weir/kafka-protocol/control-records';
import { errorName } from '@weir/kafka-protocol/errors';
import * as batches from '@weir/kafka-protocol/record-batch';
import { decodeRecords } from '@weir/kafka-protocol/records';
import type { Field, Fields } from '@weir/kafka-protocol/schema';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { hasVersion } from '@weir/kafka-protocol/versions';

/** An answer in words that two brokers can have in common. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** Fields that say how or by whom it was answered, or in which words. */
const left = new Set([
  'throttleTimeMs',
  'errorMessage',
  'batchIndexErrorMessage',
  'logDir',
  'totalBytes',
  'usableBytes',
]);

/** Fields whose values are each broker's own: what is compared is which of them are the same one. */
const own: Readonly<Record<string, string>> = {
  memberId: 'member',
  leader: 'member',
  topicId: 'topic',
  producerId: 'producer',
  sessionId: 'session',
  memberEpoch: 'epoch',
  groupEpoch: 'epoch',
  assignmentEpoch: 'epoch',
  clusterId: 'cluster',
  host: 'host',
  clientHost: 'host',
  port: 'port',
  nodeId: 'node',
  brokerId: 'node',
  brokerIds: 'node',
  controllerId: 'node',
  leaderId: 'node',
  replicaNodes: 'node',
  isrNodes: 'node',
  rack: 'rack',
};

/** Values with a meaning of their own are nobody's name. */
const meant = new Set<unknown>([-1, '', zeroUuid, null, -2]);

/** Of these zero says that there is none. */
const countsFromOne = new Set(['session', 'epoch']);

/** Names by order of their first appearance, so that two brokers' names can be held against each other. */
export class Names {
  readonly #known = new Map<string, string>();

  of(kind: string, value: number | string): string {
    const key = `${kind} ${value}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const count = [...this.#known.keys()].filter((each) => each.startsWith(`${kind} `)).length;
    const name = `${kind}#${count + 1}`;
    this.#known.set(key, name);
    return name;
  }
}

/** Of one answer; `names` are the conversation's. Lists of objects are sorted, since no order of them is promised. */
export function plainOf(
  fields: Fields,
  version: number,
  value: object,
  names: Names,
  isKnown: (name: string) => boolean,
): Plain {
  return named(sorted(ofThose(structOf(fields, version, value), isKnown)), names);
}

type Masked =
  | null
  | boolean
  | number
  | string
  | Own
  | readonly Masked[]
  | { readonly [name: string]: Masked };

/** A value of a broker's own, until it is known in which order they come. */
class Own {
  readonly kind: string;
  readonly value: number | string;
  constructor(kind: string, value: number | string) {
    this.kind = kind;
    this.value = value;
  }
  toJSON(): string {
    return this.kind;
  }
}

function structOf(fields: Fields, version: number, value: object): Masked {
  const entries: [string, Masked][] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (left.has(name) || !hasVersion(field.versions, version)) continue;
    const one: unknown = Reflect.get(value, name);
    entries.push([name, fieldOf(name, field, version, one)]);
  }
  return Object.fromEntries(entries);
}

function fieldOf(name: string, field: Field, version: number, value: unknown): Masked {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value))
    return value.map((each) => fieldOf(name, { ...field, isArray: false }, version, each));
  if (field.type === 'records') return Buffer.isBuffer(value) ? recordsOf(value) : null;
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (typeof value === 'object') return structOf(field.fields ?? {}, version, value);
  if (typeof value === 'number' && name.toLowerCase().endsWith('errorcode')) return errorName(value);
  if (typeof value === 'number' || typeof value === 'string') {
    const kind = own[name];
    const isOwn = kind !== undefined && !meant.has(value) && !(countsFromOne.has(kind) && value === 0);
    return isOwn ? new Own(kind, value) : timeOf(name, value);
  }
  return typeof value === 'boolean' ? value : String(value);
}

const timeOf = (name: string, value: number | string): number | string =>
  typeof value === 'number' && /time/i.test(name) && value > 1_750_000_000_000 ? 'a time' : value;

/** Whole batches; of their times only whether there is one. */
function recordsOf(bytes: Buffer): Masked {
  const found: Masked[] = [];
  for (let at = 0; at + batches.batchHeaderBytes <= bytes.length; at += batches.batchBytes(bytes, at)) {
    if (at + batches.batchBytes(bytes, at) > bytes.length) break;
    const marker = readEndMarker(bytes, at);
    const head = {
      baseOffset: batches.batchBaseOffset(bytes, at),
      lastOffset: batches.batchLastOffset(bytes, at),
      producerId: ownUnlessMeant('producer', batches.producerId(bytes, at)),
      producerEpoch: batches.producerEpoch(bytes, at),
      baseSequence: batches.baseSequence(bytes, at),
      compression: batches.compressionType(bytes, at) ?? 'unknown',
      isTransactional: batches.isTransactional(bytes, at),
      isLogAppendTime: batches.isLogAppendTime(bytes, at),
    };
    if (marker !== null) found.push({ ...head, marker: marker.isCommit ? 'commit' : 'abort' });
    else found.push({ ...head, records: decodeRecords(bytes, at, { compression }).map(recordOf) });
  }
  return found;
}

const ownUnlessMeant = (kind: string, value: number): Masked =>
  meant.has(value) ? value : new Own(kind, value);

const recordOf = ({ offset, key, value, headers }: ReturnType<typeof decodeRecords>[number]): Masked => ({
  offset,
  key: key?.toString('latin1') ?? null,
  value: value?.toString('latin1') ?? null,
  headers: headers.map((header) => `${header.key}=${header.value?.toString('latin1') ?? 'null'}`),
});

/** Without the topics and groups of others of the same broker, and its own. */
function ofThose(value: Masked, isKnown: (name: string) => boolean): Masked {
  if (Array.isArray(value))
    return value.filter((each) => isOf(each, isKnown)).map((each) => ofThose(each, isKnown));
  if (value === null || typeof value !== 'object' || value instanceof Own) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, ofThose(each, isKnown)]));
}

function isOf(element: Masked, isKnown: (name: string) => boolean): boolean {
  if (element === null || typeof element !== 'object' || element instanceof Own || Array.isArray(element))
    return true;
  const name = listed.map((each) => Reflect.get(element, each)).find((each) => typeof each === 'string');
  return name === undefined || isKnown(name);
}

const listed = ['name', 'topic', 'groupId', 'transactionalId', 'resourceName'];

function sorted(value: Masked): Masked {
  if (Array.isArray(value)) {
    const all = value.map(sorted);
    const isOfStructs = all.every(
      (each) => each !== null && typeof each === 'object' && !(each instanceof Own),
    );
    return isOfStructs ? all.toSorted(order) : all;
  }
  if (value === null || typeof value !== 'object' || value instanceof Own) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sorted(each)]));
}

/** First by what was asked about, so that another error does not move a thing to another place. */
const order = (a: Masked, b: Masked): number =>
  orderOfTexts(textOf(a, true), textOf(b, true)) || orderOfTexts(textOf(a, false), textOf(b, false));

const textOf = (value: Masked, namesOnly: boolean): string =>
  JSON.stringify(value, (name, each: unknown) =>
    namesOnly && name !== '' && !naming.test(name) ? undefined : each,
  );

/** Names of what an element of a list is about. */
const naming =
  /^(name|topic|topicName|key|groupId|index|partitionIndex|partition|resourceName|transactionalId)$|^\d+$/;

const orderOfTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function named(value: Masked, names: Names): Plain {
  if (value instanceof Own) return names.of(value.kind, value.value);
  if (Array.isArray(value)) return value.map((each) => named(each, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, named(each, names)]));
}
