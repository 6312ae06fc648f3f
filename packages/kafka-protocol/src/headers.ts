import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/**
 * request header v1 => api_key INT16, api_version INT16, correlation_id INT32, client_id NULLABLE_STRING
 * request header v2 => the same, then tagged fields. client_id keeps its two-byte length, so that a
 *   broker can read the header of an ApiVersions request of any version (KIP-511).
 * response header v0 => correlation_id INT32; v1 => the same, then tagged fields.
 * Request header v0 went with ControlledShutdown v0, which Apache Kafka 4.0 removed.
 */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

export const apiVersionsKey = 18;

/**
 * Reads the header. `flexibleFrom` gives the first flexible version of an API key (Infinity for a key
 * that is not known: its header is read as v1 and the body cannot be read anyway).
 */
export function decodeRequestHeader(reader: Reader, flexibleFrom: (apiKey: number) => number): RequestHeader {
  const apiKey = reader.int16();
  const apiVersion = reader.int16();
  const correlationId = reader.int32();
  const clientId = reader.nullableString();
  if (apiVersion >= flexibleFrom(apiKey)) skipTaggedFields(reader);
  return { apiKey, apiVersion, correlationId, clientId };
}

export function encodeRequestHeader(writer: Writer, header: RequestHeader, flexibleFrom: number): void {
  writer.int16(header.apiKey);
  writer.int16(header.apiVersion);
  writer.int32(header.correlationId);
  writer.nullableString(header.clientId);
  if (header.apiVersion >= flexibleFrom) writer.uvarint(0);
}

/** Returns the correlation id. */
export function decodeResponseHeader(
  reader: Reader,
  api: { readonly key: number; readonly flexibleFrom: number },
  version: number,
): number {
  const correlationId = reader.int32();
  if (hasTaggedHeader(api, version)) skipTaggedFields(reader);
  return correlationId;
}

export function encodeResponseHeader(
  writer: Writer,
  api: { readonly key: number; readonly flexibleFrom: number },
  version: number,
  correlationId: number,
): void {
  writer.int32(correlationId);
  if (hasTaggedHeader(api, version)) writer.uvarint(0);
}

/** ApiVersions answers with header v0 always: the client does not know yet what the broker speaks (KIP-511). */
function hasTaggedHeader(
  api: { readonly key: number; readonly flexibleFrom: number },
  version: number,
): boolean {
  return api.key !== apiVersionsKey && version >= api.flexibleFrom;
}

function skipTaggedFields(reader: Reader): void {
  for (let count = reader.taggedFieldCount(); count > 0; count -= 1) {
    reader.uvarint();
    reader.skip(reader.uvarint());
  }
}
