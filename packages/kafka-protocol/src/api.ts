import { defineMessage, type Message } from './message.ts';
import type { Reader } from './reader.ts';
import type { Decoded, Encodable, Fields } from './schema.ts';
import type { Writer } from './writer.ts';

/**
 * One API key of the Kafka protocol with the codecs of its request and response. `Request` is what
 * decoding gives, `Response` what a handler hands over to be encoded (fields with defaults may be left
 * out); the other two are the same messages seen from a client's side. Bodies only: headers.ts has the
 * headers. Decoding throws ProtocolError and leaves trailing bytes to the caller (`reader.remaining`).
 */
export interface Api<
  Request = unknown,
  Response = unknown,
  RequestInput = Request,
  ResponseDecoded = Response,
> {
  readonly key: number;
  readonly name: string;
  /** The versions that the codecs know; what a broker advertises is its own affair. */
  readonly versionMin: number;
  readonly versionMax: number;
  readonly flexibleFrom: number;
  readonly requestFields: Fields;
  readonly responseFields: Fields;
  decodeRequest(reader: Reader, version: number): Request;
  encodeRequest(writer: Writer, version: number, value: RequestInput): void;
  /** What a broker does in slices: see message.ts. */
  decodeRequestInSlices(reader: Reader, version: number): Generator<void, Request, void>;
  encodeResponseInSlices(writer: Writer, version: number, value: Response): Generator<void, void, void>;
  decodeResponse(reader: Reader, version: number): ResponseDecoded;
  encodeResponse(writer: Writer, version: number, value: Response): void;
}

export interface ApiShape<Q extends Fields, S extends Fields> {
  readonly key: number;
  readonly name: string;
  readonly versionMin: number;
  readonly versionMax: number;
  readonly flexibleFrom: number;
  readonly request: Q;
  readonly response: S;
}

export function defineApi<Q extends Fields, S extends Fields>(
  shape: ApiShape<Q, S>,
): Api<Decoded<Q>, Encodable<S>, Encodable<Q>, Decoded<S>> {
  const { key, name, versionMin, versionMax, flexibleFrom } = shape;
  const versions = { versionMin, versionMax, flexibleFrom };
  const request: Message<Decoded<Q>, Encodable<Q>> = defineMessage({ ...versions, fields: shape.request });
  const response: Message<Decoded<S>, Encodable<S>> = defineMessage({ ...versions, fields: shape.response });
  return {
    key,
    name,
    ...versions,
    requestFields: shape.request,
    responseFields: shape.response,
    decodeRequest: request.decode,
    encodeRequest: request.encode,
    decodeRequestInSlices: request.decodeInSlices,
    encodeResponseInSlices: response.encodeInSlices,
    decodeResponse: response.decode,
    encodeResponse: response.encode,
  };
}
