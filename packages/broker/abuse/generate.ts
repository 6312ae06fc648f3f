import type { Api } from '@weir/kafka-protocol/api';
import { encodeRequestHeader } from '@weir/kafka-protocol/headers';
import type { Field, Fields } from '@weir/kafka-protocol/schema';
import { hasVersion } from '@weir/kafka-protocol/versions';
import { Writer } from '@weir/kafka-protocol/writer';
import { type MessageValue, soundRequest, unknownType, type World } from './sound-request.ts';
import { claims, type FrameOf, repeated, type Spoiled, type Strange, strangeValues } from './variants.ts';

/** An API as brokers advertise it. */
export interface AdvertisedApi {
  readonly api: Api;
  readonly min: number;
  readonly max: number;
}

/** One hostile request: what is done to which field of which version, and its frame when it is needed. */
export interface Mutation {
  readonly api: string;
  readonly version: number;
  /** The field's names from the request's top, `topics[].partitions[].records`. */
  readonly path: string;
  readonly what: string;
  frame(): Buffer;
}

interface Place {
  readonly names: readonly string[];
  readonly path: string;
  readonly field: Field;
}

/** Every field that the version carries, outer ones first. */
export function fieldsOf(fields: Fields, version: number, above: Place | null = null): Place[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (!hasVersion(field.versions, version)) return [];
    const path = `${above === null ? '' : `${above.path}.`}${name}${field.isArray ? '[]' : ''}`;
    const place = { names: [...(above?.names ?? []), name], path, field };
    return [place, ...(field.fields === null ? [] : fieldsOf(field.fields, version, place))];
  });
}

/** The newest version, the oldest, and as many between them as it takes to have every field in one. */
export function versionsFor({ api, min, max }: AdvertisedApi): number[] {
  const chosen = max === min ? [max] : [max, min];
  const covered = new Set(chosen.flatMap((version) => pathsAt(api, version)));
  for (let version = max - 1; version > min; version -= 1) {
    const paths = pathsAt(api, version);
    if (paths.every((path) => covered.has(path))) continue;
    chosen.push(version);
    for (const path of paths) covered.add(path);
  }
  return chosen;
}

const pathsAt = (api: Api, version: number) =>
  fieldsOf(api.requestFields, version).map((place) => place.path);

/** Every hostile request of an API that its schema gives, in a fixed order. */
export function mutationsOf(target: AdvertisedApi, world: World, strange: Strange): Mutation[] {
  return versionsFor(target).flatMap((version) => {
    const { requestFields } = target.api;
    return fieldsOf(requestFields, version).flatMap((place) => {
      const sound = () => soundRequest(requestFields, version, world, place.names);
      const frameOf: FrameOf = (change) => encodeFrame(target.api, version, change(sound()));
      return spoil(target.api, version, place, strange, frameOf).map(({ what, frame }) => ({
        api: target.api.name,
        version,
        path: place.path,
        what,
        frame,
      }));
    });
  });
}

function spoil(api: Api, version: number, place: Place, strange: Strange, frameOf: FrameOf): Spoiled[] {
  const { field, names } = place;
  const set = (value: (old: unknown) => unknown) => frameOf((request) => replaced(request, names, value));
  const flexible = version >= api.flexibleFrom;
  const nulls: Spoiled[] = hasVersion(field.nullable, version)
    ? [{ what: 'null', frame: () => set(() => null) }]
    : [];
  if (field.isArray) return [...nulls, ...repeated(api, set, flexible, strange.limits)];
  switch (field.type) {
    case 'struct':
      // Its own fields are places of their own.
      return [...nulls, { what: 'as it is', frame: () => set((old) => old) }];
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint16':
    case 'float64':
    case 'uuid':
      return [...nulls, ...strangeValues(field.type, set, strange)];
    case 'string':
    case 'bytes':
    case 'records':
      return [...nulls, ...strangeValues(field.type, set, strange), ...claims(field.type, set, flexible)];
    default:
      return unknownType(field.type);
  }
}

/** The request with another value at that place of the first element of every array on the way. */
function replaced(
  request: MessageValue,
  names: readonly string[],
  value: (old: unknown) => unknown,
): MessageValue {
  const [name = '', ...rest] = names;
  const old = request[name];
  if (rest.length === 0) return { ...request, [name]: value(old) };
  // What encloses a field is a struct, or an array of structs, by the schema that the names come from.
  const inner = (Array.isArray(old) ? old[0] : old) as MessageValue;
  const changed = replaced(inner, rest, value);
  return { ...request, [name]: Array.isArray(old) ? [changed, ...old.slice(1)] : changed };
}

/** A whole request with its size in front. */
export function encodeFrame(api: Api, version: number, value: MessageValue): Buffer {
  const writer = new Writer().startFrame();
  const header = { apiKey: api.key, apiVersion: version, correlationId: 1, clientId: 'abuse' };
  encodeRequestHeader(writer, header, api.flexibleFrom);
  // Made from the API's own schema, which types of any one API cannot say here.
  api.encodeRequest(writer, version, value as never);
  return Buffer.concat(writer.finish());
}
