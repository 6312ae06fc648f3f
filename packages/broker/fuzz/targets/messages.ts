import { isDeepStrictEqual } from 'node:util';
import type { Api } from '@weir/kafka-protocol/api';
import { allApis } from '@weir/kafka-protocol/apis/all-apis';
import { decodeRequestHeader, decodeResponseHeader, encodeRequestHeader } from '@weir/kafka-protocol/headers';
import { ProtocolError } from '@weir/kafka-protocol/protocol-error';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import type { Random } from '../../abuse/random.ts';
import { damaged } from '../damage.ts';
import { drawnMessage } from '../drawn-message.ts';
import type { Target } from '../target.ts';

const writer = new Writer();
/** Of a small cluster: what is beyond it is refused before it is made. */
const elementsMax = 20_000;

const flexibleFrom = (apiKey: number) =>
  allApis.find(({ key }) => key === apiKey)?.flexibleFrom ?? Number.POSITIVE_INFINITY;

function drawnApi(random: Random): { readonly api: Api; readonly version: number } {
  const api = allApis[random.below(allApis.length)];
  if (api === undefined) throw new Error('there is no API');
  return { api, version: api.versionMin + random.below(api.versionMax - api.versionMin + 1) };
}

/** The value, or the error's name where the bytes are refused; any other error is thrown on. */
function outcomeOf(decode: () => unknown): { readonly value: unknown } | { readonly refused: string } {
  try {
    return { value: decode() };
  } catch (cause) {
    if (cause instanceof ProtocolError) return { refused: cause.errorName };
    throw cause;
  }
}

function readerOf(bytes: Buffer): Reader {
  const reader = new Reader(bytes);
  reader.elementsLeft = elementsMax;
  return reader;
}

function inSlices<Value>(decoding: Generator<void, Value, void>): Value {
  for (;;) {
    const step = decoding.next();
    if (step.done === true) return step.value;
  }
}

/** A request, header and all, as a whole and in slices: one thing, or refused both times. */
function attemptRequest(random: Random): string | null {
  const { api, version } = drawnApi(random);
  const header = { apiKey: api.key, apiVersion: version, correlationId: 1, clientId: 'fuzz' };
  encodeRequestHeader(writer.startPlain(), header, api.flexibleFrom);
  api.encodeRequest(writer, version, drawnMessage(api.requestFields, version, random));
  const bytes = damaged(Buffer.concat(writer.finish()), random);
  const bodyOf = () => {
    const reader = readerOf(bytes);
    const read = decodeRequestHeader(reader, flexibleFrom);
    const asked = allApis.find(({ key }) => key === read.apiKey) ?? api;
    return { reader, asked, version: read.apiVersion };
  };
  const whole = outcomeOf(() => {
    const { reader, asked, version: askedVersion } = bodyOf();
    return asked.decodeRequest(reader, askedVersion);
  });
  const sliced = outcomeOf(() => {
    const { reader, asked, version: askedVersion } = bodyOf();
    return inSlices(asked.decodeRequestInSlices(reader, askedVersion));
  });
  return isDeepStrictEqual(whole, sliced) ? null : `${api.name} v${version} is another thing in slices`;
}

/** What a broker hears from its leader is decoded as well. */
function attemptResponse(random: Random): string | null {
  const { api, version } = drawnApi(random);
  api.encodeResponse(writer.startPlain(), version, drawnMessage(api.responseFields, version, random));
  const bytes = damaged(Buffer.concat([Buffer.alloc(5), ...writer.finish()]), random);
  outcomeOf(() => {
    const reader = readerOf(bytes);
    decodeResponseHeader(reader, api, version);
    return api.decodeResponse(reader, version);
  });
  return null;
}

/** Codecs of the protocol's messages. */
export const messages: Target = {
  name: 'messages',
  does: 'requests and responses of all APIs and versions, to their decoders',
  cpuMsMax: 300,
  attempt: (random) => (random.below(4) === 0 ? attemptResponse(random) : attemptRequest(random)),
};
