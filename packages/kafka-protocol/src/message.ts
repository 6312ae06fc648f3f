import { compileDecoder } from './compile-decoder.ts';
import { compileEncoder } from './compile-encoder.ts';
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
}

/** Each version's codec is compiled when the first message of that version is met. */
export function defineMessage<F extends Fields>(shape: MessageShape<F>): Message<Decoded<F>, Encodable<F>> {
  const { versionMin, versionMax, flexibleFrom, fields } = shape;
  const decoders: (((reader: Reader) => unknown) | undefined)[] = [];
  const encoders: (((writer: Writer, value: unknown) => void) | undefined)[] = [];

  function expectVersion(version: number): void {
    if (version >= versionMin && version <= versionMax) return;
    throw new ProtocolError(
      'UNSUPPORTED_VERSION',
      `version ${version} is outside ${versionMin} to ${versionMax}`,
    );
  }

  return {
    versionMin,
    versionMax,
    flexibleFrom,
    fields,
    decode(reader, version) {
      let decoder = decoders[version];
      if (decoder === undefined) {
        expectVersion(version);
        decoder = compileDecoder(fields, version, version >= flexibleFrom);
        decoders[version] = decoder;
      }
      return decoder(reader) as Decoded<F>; // The decoder was compiled from these very fields.
    },
    encode(writer, version, value) {
      let encoder = encoders[version];
      if (encoder === undefined) {
        expectVersion(version);
        encoder = compileEncoder(fields, version, version >= flexibleFrom);
        encoders[version] = encoder;
      }
      encoder(writer, value);
    },
  };
}
