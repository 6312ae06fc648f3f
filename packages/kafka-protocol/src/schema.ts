import type { Versions } from './versions.ts';
import type { RecordsSource } from './writer.ts';

/**
 * Messages as data. A schema is an object of fields in wire order, each stating the versions that carry
 * it; the codecs (compile-decoder.ts, compile-encoder.ts) and the TypeScript types derive from it.
 *
 * A decoded message has every field, in every version, absent ones at their default. To encode, a field
 * may be left out if it has a default, is tagged, or is not in every version of what encloses it; a
 * field that the version lacks is not written, whatever it holds.
 */
export type Primitive =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint16'
  | 'float64'
  | 'string'
  | 'bytes'
  | 'records'
  | 'uuid';

export type DefaultValue = boolean | number | string | null;

export interface Field<
  Value = unknown,
  Input = Value,
  Carried extends Versions | 'optional' = Versions | 'optional',
> {
  readonly type: Primitive | 'struct';
  readonly isArray: boolean;
  readonly versions: Versions;
  readonly nullable: Versions | null;
  /** Undefined: Kafka's implicit default of the type (0, '', empty, false, the zero uuid). */
  readonly default: DefaultValue | undefined;
  readonly tag: number | null;
  readonly taggedVersions: Versions | null;
  /** Only for 'struct'. */
  readonly fields: Fields | null;
  /** Types only; no field object has these. */
  readonly [valueType]?: Value;
  readonly [inputType]?: Input;
  readonly [carriedType]?: Carried;
}

declare const valueType: unique symbol;
declare const inputType: unique symbol;
declare const carriedType: unique symbol;

export interface Fields {
  readonly [name: string]: Field;
}

export interface Options {
  readonly nullable?: Versions;
  readonly default?: DefaultValue;
  readonly tag?: number;
  readonly taggedVersions?: Versions;
}

/** `V` when a message to encode must hold the field wherever its parent is in versions `V`. */
type Carried<V extends Versions, O extends Options> = O extends { default: DefaultValue } | { tag: number }
  ? 'optional'
  : V;
type OrNull<Value, O extends Options> = O extends { nullable: Versions } ? Value | null : Value;

type FieldOf<Value, V extends Versions, O extends Options, Input = Value> = Field<
  OrNull<Value, O>,
  OrNull<Input, O>,
  Carried<V, O>
>;

type Flat<T> = { [K in keyof T]: T[K] };

/** What decoding gives: every field, in every version. */
export type Decoded<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer Value, infer _I, infer _C> ? Value : never;
};

type RequiredNames<F extends Fields, Parent extends Versions> = {
  [K in keyof F]: F[K] extends Field<infer _V, infer _I, infer C>
    ? C extends Parent | '0+'
      ? K
      : never
    : never;
}[keyof F];

type InputOf<F> = F extends Field<infer _V, infer Input, infer _C> ? Input : never;

/** What encoding takes. */
export type Encodable<F extends Fields, Parent extends Versions = '0+'> = Flat<
  { readonly [K in RequiredNames<F, Parent>]: InputOf<F[K]> } & {
    readonly [K in Exclude<keyof F, RequiredNames<F, Parent>>]?: InputOf<F[K]>;
  }
>;

function field(
  type: Field['type'],
  isArray: boolean,
  versions: Versions,
  options: Options,
  fields: Fields | null,
): Field {
  const tag = options.tag ?? null;
  if (tag !== null && type === 'records') throw new Error('a records field cannot be tagged: it is spliced');
  return {
    type,
    isArray,
    versions,
    nullable: options.nullable ?? null,
    default: options.default,
    tag,
    taggedVersions: tag === null ? null : (options.taggedVersions ?? versions),
    fields,
  };
}

type PrimitiveField<Value, Input = Value> = <
  V extends Versions,
  const O extends Options = Record<never, never>,
>(
  versions: V,
  options?: O,
) => FieldOf<Value, V, O, Input>;

function primitive<Value, Input = Value>(type: Primitive): PrimitiveField<Value, Input> {
  // The type parameters exist only in types, so nothing at run time could contradict the cast.
  return ((versions: Versions, options: Options = {}) =>
    field(type, false, versions, options, null)) as PrimitiveField<Value, Input>;
}

export const bool = primitive<boolean>('bool');
export const int8 = primitive<number>('int8');
export const int16 = primitive<number>('int16');
export const int32 = primitive<number>('int32');
/** A safe integer. Where the default is Infinity, that stands for 2^63−1, to which Kafka gives a meaning there. */
export const int64 = primitive<number>('int64');
export const uint16 = primitive<number>('uint16');
/** An IEEE 754 double, NaN and the infinities among its values. */
export const float64 = primitive<number>('float64');
export const string = primitive<string>('string');
/** A view of the frame when decoded. */
export const bytes = primitive<Buffer>('bytes');
/** Record batches: a view of the frame when decoded, spliced without a copy when encoded. */
export const records = primitive<Buffer, RecordsSource>('records');
export const uuid = primitive<string>('uuid');

type Element = 'int8' | 'int32' | 'int64' | 'string' | 'uuid';
interface ElementTypes {
  readonly int8: number;
  readonly int32: number;
  readonly int64: number;
  readonly string: string;
  readonly uuid: string;
}

export function array<E extends Element, V extends Versions, const O extends Options = Record<never, never>>(
  element: E,
  versions: V,
  options?: O,
): FieldOf<readonly ElementTypes[E][], V, O>;
export function array<F extends Fields, V extends Versions, const O extends Options = Record<never, never>>(
  fields: F,
  versions: V,
  options?: O,
): FieldOf<readonly Decoded<F>[], V, O, readonly Encodable<F, V>[]>;
export function array(element: Element | Fields, versions: Versions, options: Options = {}): Field {
  return typeof element === 'string'
    ? field(element, true, versions, options, null)
    : field('struct', true, versions, options, element);
}

export function struct<F extends Fields, V extends Versions, const O extends Options = Record<never, never>>(
  fields: F,
  versions: V,
  options?: O,
): FieldOf<Decoded<F>, V, O, Encodable<F, V>>;
export function struct(fields: Fields, versions: Versions, options: Options = {}): Field {
  return field('struct', false, versions, options, fields);
}
