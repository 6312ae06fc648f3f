import { type ApiVersionsRequest, apiVersionsApi } from '@weir/kafka-protocol/apis/18-api-versions';
import { errorCode } from '@weir/kafka-protocol/errors';
import { encodeResponseHeader, type RequestHeader } from '@weir/kafka-protocol/headers';
import type { Reader } from '@weir/kafka-protocol/reader';
import type { Writer } from '@weir/kafka-protocol/writer';
import { clientNameLengthMax } from '../client-limits.ts';
import { advertisedAmongOthers, advertisedApis, featuresOf } from './advertised.ts';
import type { Answer } from './answer.ts';
import type { ClientState } from './client-state.ts';

/** KIP-511: an unknown version is answered in v0, with the list, so that the client can choose again. `isAlone`: the cell has no other broker. */
export function answerApiVersions(
  idleWriter: Writer,
  client: ClientState,
  header: RequestHeader,
  reader: Reader,
  isAlone: boolean,
): Answer {
  const isKnown = header.apiVersion >= 0 && header.apiVersion <= apiVersionsApi.versionMax;
  const version = isKnown ? header.apiVersion : 0;
  const request = isKnown ? apiVersionsApi.decodeRequest(reader, version) : null;
  const error = request === null ? 'UNSUPPORTED_VERSION' : nameError(request, version);
  if (request !== null && version >= 3 && error === 'NONE') client.software = softwareOf(request);
  const writer = idleWriter.startFrame();
  encodeResponseHeader(writer, apiVersionsApi, version, header.correlationId);
  apiVersionsApi.encodeResponse(writer, version, {
    errorCode: errorCode(error),
    apiKeys: isAlone ? advertisedApis : advertisedAmongOthers,
    throttleTimeMs: 0,
    ...featuresOf(version),
  });
  return { buffers: writer.finish(), frames: [], throttleMs: 0, close: null };
}

/** KIP-511: the software's name and version are letters, digits, dots and dashes. */
function nameError(request: ApiVersionsRequest, version: number): 'NONE' | 'INVALID_REQUEST' {
  const form = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;
  if (version < 3) return 'NONE';
  const isGood = form.test(request.clientSoftwareName) && form.test(request.clientSoftwareVersion);
  return isGood ? 'NONE' : 'INVALID_REQUEST';
}

/** Copies: a view of the text would keep its frame. */
function softwareOf({
  clientSoftwareName,
  clientSoftwareVersion,
}: ApiVersionsRequest): ClientState['software'] {
  return {
    name: clientSoftwareName.slice(0, clientNameLengthMax),
    version: clientSoftwareVersion.slice(0, clientNameLengthMax),
  };
}
