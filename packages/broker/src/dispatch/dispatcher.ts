import type { Api } from '@weir/kafka-protocol/api';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { apiVersionsApi } from '@weir/kafka-protocol/apis/18-api-versions';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { decodeRequestHeader, encodeResponseHeader, type RequestHeader } from '@weir/kafka-protocol/headers';
import { ProtocolError, TooManyElementsError } from '@weir/kafka-protocol/protocol-error';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import type { Handler, Identity, Reply, RequestContext, Services } from '../apis/handler.ts';
import { type Door, unnamedDoor } from '../cluster/door.ts';
import type { LogicalCluster } from '../cluster/logical-cluster.ts';
import {
  requestElementsUnauthenticatedMax,
  slicedRequestBytesMin,
  stretchMsMax,
  wideRequestBytesMin,
  wideRequestsAtOnceMax,
  wideRequestsPerClusterMax,
} from '../limits.ts';
import { FairQueue } from '../memory/fair-queue.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { takeWhenRoom } from '../memory/take-when-room.ts';
import { Pace } from '../schedule/pace.ts';
import type { Answer, Ordered, Started } from './answer.ts';
import { answerApiVersions } from './answer-api-versions.ts';
import { apiTable } from './api-table.ts';
import type { ClientState } from './client-state.ts';
import { requestElementsOf } from './request-bounds.ts';
import { RequestFigures } from './request-figures.ts';
import { objectBytesOf } from './request-room.ts';
import type { SaslDispatch } from './sasl-dispatch.ts';
import { hear, isUnheard } from './unheard-topics.ts';

/** Nobody waits for the answer any more, so that no more work goes into it. */
class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

/** A request of somebody who may ask it, on its way to its answer. */
interface Call {
  readonly client: ClientState;
  readonly cluster: LogicalCluster;
  readonly context: RequestContext;
  readonly header: RequestHeader;
  readonly handler: Handler;
  readonly requestThrottleMs: number;
  /** By the monotonic clock. */
  readonly beganMs: number;
  /** Of the event loop, so far. */
  usedMs: number;
}

/** Reads a request's header, sees to it that its sender may ask that, and has the handler answer it. */
export class Dispatcher {
  readonly #services: Services;
  readonly #sasl: SaslDispatch;
  /** Who everyone is where nobody has to say so; null where everybody must. */
  readonly #anonymous: (() => Identity) | null;
  #writer = new Writer();
  /** Requests whose elements are many: what they are decoded to is many times their bytes, so that few may be at once. */
  readonly #wide = new FairQueue({
    runningMax: wideRequestsAtOnceMax,
    runningPerOwnerMax: wideRequestsPerClusterMax,
  });
  /** How often a request kept the event loop longer than any may. */
  longStretches = 0;
  readonly figures = new RequestFigures();

  constructor(services: Services, sasl: SaslDispatch, anonymous: (() => Identity) | null) {
    this.#services = services;
    this.#sasl = sasl;
    this.#anonymous = anonymous;
  }

  connected(
    connectionId: number,
    host: string,
    close: (reason: string) => void,
    door: Door = unnamedDoor,
  ): ClientState {
    const identity = this.#anonymous?.() ?? null;
    identity?.meter.connected();
    return {
      connectionId,
      host,
      door,
      identity,
      sasl: { kind: 'none' },
      expiresAt: null,
      membership: null,
      software: null,
      secretUse: null,
      hasEnded: false,
      endListeners: new Set(),
      close,
    };
  }

  disconnected(client: ClientState): void {
    const { identity, membership } = client;
    client.hasEnded = true;
    identity?.meter.disconnected();
    if (membership !== null) identity?.cluster.connections.delete(membership);
    this.#sasl.ended(client);
    for (const ended of [...client.endListeners]) ended();
  }

  /** The frame stays the caller's; what outlives the answer is retained by whoever needs it. */
  dispatch(client: ClientState, frame: Frame): Started {
    try {
      return this.#dispatch(client, frame);
    } catch (cause) {
      return answered(this.#broken(client, cause));
    }
  }

  #dispatch(client: ClientState, frame: Frame): Started {
    if (client.sasl.kind !== 'none' && client.sasl.raw) {
      return pending('when-answered', this.#guard(client, this.#sasl.rawToken(client, frameBytes(frame))));
    }
    const reader = new Reader(frameBytes(frame));
    reader.elementsLeft =
      client.identity === null
        ? requestElementsUnauthenticatedMax
        : requestElementsOf(client.identity.cluster.record.limits);
    const header = decodeRequestHeader(reader, flexibleFrom);
    const isAlone = this.#services.cell.brokers.size <= 1;
    if (header.apiKey === apiVersionsApi.key)
      return answered(answerApiVersions(this.#writer, client, header, reader, isAlone));
    if (header.apiKey === saslHandshakeApi.key || header.apiKey === saslAuthenticateApi.key) {
      const reply = this.#sasl.request(client, header, reader, (body, close) =>
        this.#saslAnswer(header, body, close),
      );
      return pending('when-answered', this.#guard(client, reply));
    }
    const handler = apiTable.get(header.apiKey);
    if (client.identity === null) return answered(closing(`request ${header.apiKey} before authentication`));
    if (client.expiresAt !== null && client.expiresAt <= this.#services.deps.clock.now())
      return answered(closing('the credential has expired'));
    if (handler === undefined) return answered(closing(`unknown API key ${header.apiKey}`));
    if (header.apiVersion < handler.api.versionMin || header.apiVersion > handler.advertised.max) {
      return answered(closing(`${handler.api.name} v${header.apiVersion} is not supported`));
    }
    return this.#handle(client, client.identity, frame, header, reader, handler);
  }

  #handle(
    client: ClientState,
    identity: Identity,
    frame: Frame,
    header: RequestHeader,
    reader: Reader,
    handler: Handler,
  ): Started {
    const context: RequestContext = {
      services: this.#services,
      identity,
      apiVersion: header.apiVersion,
      clientId: header.clientId ?? '',
      host: client.host,
      door: client.door,
      frame,
      pace: new Pace(this.#services.scheduler, identity.cluster.flow),
      onConnectionEnd(ended) {
        client.endListeners.add(ended);
        // A request that was at the disk when its client went would wait for the whole of its time.
        if (client.hasEnded) queueMicrotask(() => client.endListeners.has(ended) && ended());
        return () => client.endListeners.delete(ended);
      },
      isGone: () => client.hasEnded,
    };
    const { cluster } = identity;
    const { secretUse } = client;
    if (secretUse !== null) secretUse.use.by = secretUse.by;
    identity.meter.requested();
    const callBeganMs = this.#services.deps.clock.monotonicMs();
    const requestThrottleMs = cluster.requests.charge(1, callBeganMs);
    if (requestThrottleMs > 0) cluster.reachedLimits.reached('requestsPerSecMax');
    const limits = { requestThrottleMs, beganMs: callBeganMs, usedMs: 0 };
    const call: Call = { client, cluster, context, header, handler, ...limits };
    const bytes = objectBytesOf(header.apiKey, frame.length);
    if (bytes === 0) return this.#begin(call, reader, frame);
    if (cluster.accounts.requests.tryTake(bytes)) return this.#beginHeld(call, reader, frame, bytes);
    cluster.reachedLimits.reached('requestMemoryBytesMax');
    return pending('when-answered', this.#guard(client, this.#beginWhenRoom(call, reader, frame, bytes)));
  }

  /** Begins a request whose bytes on the heap are taken, and gives them back with its answer. */
  #beginHeld(call: Call, reader: Reader, frame: Frame, bytes: number): Started {
    const { requests } = call.cluster.accounts;
    let started: Started;
    try {
      started = this.#begin(call, reader, frame);
    } catch (cause) {
      requests.giveBack(bytes);
      throw cause;
    }
    if (started.kind === 'answered') {
      requests.giveBack(bytes);
      return started;
    }
    return { ...started, answer: started.answer.finally(() => requests.giveBack(bytes)) };
  }

  async #beginWhenRoom(call: Call, reader: Reader, frame: Frame, bytes: number): Promise<Answer> {
    const { client, cluster } = call;
    const { clock } = this.#services.deps;
    const isThere = await takeWhenRoom(cluster.accounts.requests, bytes, clock, () => client.hasEnded);
    if (!isThere) throw new ClientGoneError();
    const started = this.#beginHeld(call, reader, frame, bytes);
    return started.answer;
  }

  #begin(call: Call, reader: Reader, frame: Frame): Started {
    const { client, cluster, context, header, handler } = call;
    const { clock } = this.#services.deps;
    const beganMs = clock.monotonicMs();
    const decoding =
      frame.length < slicedRequestBytesMin
        ? null
        : handler.api.decodeRequestInSlices(reader, header.apiVersion);
    const first = decoding?.next();
    if (decoding !== null && first?.done === false) {
      this.#watchStretch(call, this.#usedSince(beganMs));
      const handle = async () => this.#handleDecoded(call, await this.#inTurns(call, decoding));
      const handled = frame.length < wideRequestBytesMin ? handle() : this.#wide.run(cluster.id, handle);
      return pending('when-answered', this.#guard(client, handled));
    }
    const request = first?.done ? first.value : handler.api.decodeRequest(reader, header.apiVersion);
    if (isUnheard(context, handler, request))
      return pending('when-answered', this.#guard(client, this.#handleHeard(call, request)));
    const handled = handler.handle(context, request);
    this.#watchStretch(call, this.#usedSince(beganMs));
    if (handled instanceof Promise)
      return pending('when-answered', this.#guard(client, this.#finish(call, handled)));
    if ('reply' in handled) {
      return pending(handled.ordered ?? 'now', this.#guard(client, this.#finish(call, handled.reply)));
    }
    const answer = this.#encode(call, handled);
    return answer instanceof Promise
      ? pending('when-answered', this.#guard(client, answer))
      : answered(answer);
  }

  /** Of a request that names what this broker has not heard of: once it has asked. */
  async #handleHeard(call: Call, request: never): Promise<Answer> {
    await hear(call.context);
    if (call.client.hasEnded) throw new ClientGoneError();
    return this.#handleDecoded(call, request);
  }

  /** Of a request that waited, or took turns to be decoded: the next of its connection waits for its answer. */
  #handleDecoded(call: Call, request: never): Promise<Answer> {
    const beganMs = this.#services.deps.clock.monotonicMs();
    const handled = call.handler.handle(call.context, request);
    this.#charge(call, beganMs);
    return this.#finish(call, 'reply' in handled ? handled.reply : handled);
  }

  /** One sync lets hundreds of answers go on: those of who keeps the broker busy go on a few a turn. */
  async #finish(call: Call, handled: Reply<unknown> | Promise<Reply<unknown>>): Promise<Answer> {
    const reply = await handled;
    const turn = this.#services.scheduler.resumption(call.cluster.flow);
    if (turn !== null) await turn;
    const beganMs = this.#services.deps.clock.monotonicMs();
    const answer = this.#encode(call, reply);
    this.#charge(call, beganMs);
    return answer;
  }

  /** Goes on with a message of many elements, a slice a turn, as long as its client is there. */
  async #inTurns<Value>(call: Call, slices: Generator<void, Value, void>): Promise<Value> {
    const { scheduler, deps } = this.#services;
    for (;;) {
      await scheduler.nextTurn(call.cluster.flow);
      if (call.client.hasEnded) throw new ClientGoneError();
      const beganMs = deps.clock.monotonicMs();
      const slice = slices.next();
      this.#charge(call, beganMs);
      if (slice.done) return slice.value;
    }
  }

  #charge(call: Call, sinceMs: number): void {
    const usedMs = this.#usedSince(sinceMs);
    call.cluster.flow.owe(usedMs);
    this.#watchStretch(call, usedMs);
  }

  /** Without what the thread waited for a processor meanwhile. */
  #usedSince(sinceMs: number): number {
    const { scheduler, deps } = this.#services;
    return scheduler.usedOf(deps.clock.monotonicMs() - sinceMs);
  }

  /** Nothing may keep the event loop for so long: that it did is a fault of ours. */
  #watchStretch(call: Call, ms: number): void {
    const { cluster, handler } = call;
    call.usedMs += ms;
    if (ms < stretchMsMax) return;
    const api = handler.api.name;
    this.longStretches += 1;
    const { log } = this.#services.deps;
    log.error('request.kept-the-loop', { clusterId: cluster.id, api, ms: Math.round(ms) });
  }

  /** At once, or in turns where the answer has many elements. */
  #encode(call: Call, reply: Reply<unknown>): Answer | Promise<Answer> {
    const { header } = call;
    const { api } = call.handler;
    this.figures.answered(api, this.#services.deps.clock.monotonicMs() - call.beganMs);
    const close = reply.close ? `${api.name} was refused and wants no answer` : null;
    const throttleMs = Math.max(reply.throttleMs, call.requestThrottleMs, workWaitMs(call));
    const { frames, taken } = reply;
    if (reply.body === null) return { buffers: [], frames, throttleMs, close };
    const writer = this.#writer.startFrame();
    encodeResponseHeader(writer, api, header.apiVersion, header.correlationId);
    const slices = api.encodeResponseInSlices(writer, header.apiVersion, reply.body);
    if (slices.next().done) return { buffers: writer.finish(), frames, throttleMs, close, taken };
    // Others encode while this one waits for its turns.
    this.#writer = new Writer();
    const inTurns = this.#inTurns(call, slices);
    return inTurns.then(() => ({ buffers: writer.finish(), frames, throttleMs, close, taken }));
  }

  #saslAnswer(header: RequestHeader, encode: (writer: Writer) => void, close: string | null): Answer {
    const api = header.apiKey === saslHandshakeApi.key ? saslHandshakeApi : saslAuthenticateApi;
    const writer = this.#writer.startFrame();
    encodeResponseHeader(writer, api, header.apiVersion, header.correlationId);
    encode(writer);
    return { buffers: writer.finish(), frames: [], throttleMs: 0, close };
  }

  async #guard(client: ClientState, answer: Promise<Answer>): Promise<Answer> {
    const meter = client.identity?.meter;
    meter?.requestBegins();
    try {
      return await answer;
    } catch (cause) {
      return this.#broken(client, cause);
    } finally {
      meter?.requestEnds();
    }
  }

  /** A malformed request ends its connection, and so does a fault of ours: the client connects again and retries. */
  #broken(client: ClientState, cause: unknown): Answer {
    const { log } = this.#services.deps;
    if (cause instanceof ClientGoneError) return closing('the client is gone');
    if (cause instanceof TooManyElementsError)
      client.identity?.cluster.reachedLimits.reached('requestElementsMax');
    if (cause instanceof ProtocolError) {
      log.warn('request.malformed', { from: client.host, what: cause.message });
      return closing('malformed request');
    }
    log.error('request.failed', { from: client.host }, cause);
    return closing('request failed');
  }
}

function frameBytes(frame: Frame): Buffer {
  return frame.buffer.subarray(0, frame.length);
}

function flexibleFrom(apiKey: number): number {
  if (apiKey === apiVersionsApi.key) return apiVersionsApi.flexibleFrom;
  if (apiKey === saslAuthenticateApi.key) return saslAuthenticateApi.flexibleFrom;
  const handler: { readonly api: Pick<Api, 'flexibleFrom'> } | undefined = apiTable.get(apiKey);
  return handler?.api.flexibleFrom ?? Number.POSITIVE_INFINITY;
}

function answered(answer: Answer): Started {
  return { kind: 'answered', answer };
}

function pending(ordered: Ordered, answer: Promise<Answer>): Started {
  return { kind: 'pending', ordered, answer };
}

function closing(reason: string): Answer {
  return { buffers: [], frames: [], throttleMs: 0, close: reason };
}

/** For how long a client is to wait for the work that a request was, by the quotas of the cluster's clients; milliseconds. */
function workWaitMs({ cluster, context, usedMs }: Call): number {
  if (cluster.entityQuotas.isEmpty) return 0;
  return cluster.chargeWork({ principal: context.identity.principal, clientId: context.clientId }, usedMs);
}
