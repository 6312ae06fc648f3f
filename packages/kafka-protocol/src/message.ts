import { compileDecoder, compileSlicedDecoder } from './compile-decoder.ts';
import { compileEncoder, compileSlicedEncoder } from './compile-encoder.ts';
import { ProtocolError } from './protocol-error.ts';
import type { Reader } from './reader.ts';
import type { Decoded, Encodable, Fields } from './schema.ts';
import type { Writer } from './writer.ts';

/** No version of the message is flexible (KIP-482). */
export const neverFlexible = Number.POSITIVE_INFINITY;

export interface MessageShape<F extends Fields> {
  readonly versionMin: number;
  readonly versionMax: number;
  /** The first version with compact lengths and tagged fields, or neverFlexible. */
  readonly flexibleFrom: number;
  readonly fields: F;
}

/** The codec of one message: a request's or response's body, or the versioned value of a record. */
export interface Message<Value, Input = Value> {
  readonly versionMin: number;
  readonly versionMax: number;
  readonly flexibleFrom: number;
  readonly fields: Fields;
  /** Throws a ProtocolError: INVALID_REQUEST for malformed bytes, UNSUPPORTED_VERSION outside the range. */
  decode(reader: Reader, version: number): Value;
  /** Writes the body where the writer stands; an unfit value throws before the message can be finished. */
  encode(writer: Writer, version: number, value: Input): void;
  /** The same for whoever has other things to do: stops after each `elementsPerSlice` elements; the value is what it returns. */
  decodeInSlices(reader: Reader, version: number): Generator<void, Value, void>;
  /** The same; nobody else may use the writer before it has ended. */
  encodeInSlices(writer: Writer, version: number, value: Input): Generator<void, void, void>;
}

/** Each version's codec is compiled when the first message of that version is met. */
export function defineMessage<F extends Fields>(shape: MessageShape<F>): Message<Decoded<F>, Encodable<F>> {
  const { versionMin, versionMax, flexibleFrom, fields } = shape;
  function expectVersion(version: number): void {
    if (version >= versionMin && version <= versionMax) return;
    throw new ProtocolError(
      'UNSUPPORTED_VERSION',
      `version ${version} is outside ${versionMin} to ${versionMax}`,
    );
  }

  /** Each version's, compiled when it is first asked for. */
  function ofVersions<Codec>(compile: (fields: Fields, version: number, flexible: boolean) => Codec) {
    const codecs: (Codec | undefined)[] = [];
    return (version: number): Codec => {
      const known = codecs[version];
      if (known !== undefined) return known;
      expectVersion(version);
      const codec = compile(fields, version, version >= flexibleFrom);
      codecs[version] = codec;
      return codec;
    };
  }

  const decoder = ofVersions(compileDecoder);
  const encoder = ofVersions(compileEncoder);
  const slicedDecoder = ofVersions(compileSlicedDecoder);
  const slicedEncoder = ofVersions(compileSlicedEncoder);
  return {
    versionMin,
    versionMax,
    flexibleFrom,
    fields,
    // Decoders were compiled from these very fields.
    decode: (reader, version) => decoder(version)(reader) as Decoded<F>,
    encode: (writer, version, value) => encoder(version)(writer, value),
    decodeInSlices: (reader, version) => slicedDecoder(version)(reader) as Generator<void, Decoded<F>, void>, // As above.
    encodeInSlices: (writer, version, value) => slicedEncoder(version)(writer, value),
  };
}
