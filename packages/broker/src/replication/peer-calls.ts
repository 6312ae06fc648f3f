import type { Api } from '@weir/kafka-protocol/api';
import { decodeResponseHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { peerAnswerBytesMax, peerCallMsMax, peerCallsMax, peerHelloBytesMax } from '../cell-limits.ts';
import type { Timer, Transport } from '../deps.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { peerVerifyApi } from './call-messages.ts';
import type { LaneDeps } from './fetch-lane.ts';
import { introduce } from './introduce.ts';
import { laneNumber } from './lanes.ts';
import { PeerLink } from './peer-link.ts';

type CallDeps = Pick<LaneDeps, 'deps' | 'pool' | 'secret' | 'self' | 'broker'>;

interface Asked {
  readonly timer: Timer;
  readonly answered: (reader: Reader) => void;
  readonly failed: (cause: Error) => void;
}

/** Asks other brokers of the cell, on one connection to each, made when it is needed. */
export class PeerCalls {
  readonly #deps: CallDeps;
  readonly #lines = new Map<number, CallLine>();
  #isClosed = false;

  constructor(deps: CallDeps) {
    this.#deps = deps;
  }

  /** Rejects where the broker cannot be reached, or does not answer in time: it may have done what it was asked for. */
  async call<Input, Output>(
    api: Api<unknown, unknown, Input, Output>,
    brokerId: number,
    body: Input,
  ): Promise<Output> {
    if (this.#isClosed) throw new Error('this broker asks nobody any more');
    let line = this.#lines.get(brokerId);
    if (line === undefined || line.isOver) {
      line = new CallLine(this.#deps, brokerId);
      this.#lines.set(brokerId, line);
    }
    return line.call(api, body);
  }

  close(): void {
    this.#isClosed = true;
    for (const line of this.#lines.values()) line.close(new Error('this broker ends'));
  }
}

/** One connection, from its beginning to its end. */
class CallLine {
  readonly #deps: CallDeps;
  readonly #brokerId: number;
  readonly #asked = new Map<number, Asked>();
  readonly #link: Promise<PeerLink>;
  #lastCorrelationId = 2;
  #transport: Pick<Transport, 'destroy'> | null = null;
  isOver = false;

  constructor(deps: CallDeps, brokerId: number) {
    this.#deps = deps;
    this.#brokerId = brokerId;
    this.#link = this.#connect();
    // Whoever calls is told.
    this.#link.catch((cause: unknown) => this.close(asError(cause)));
  }

  async call<Input, Output>(api: Api<unknown, unknown, Input, Output>, body: Input): Promise<Output> {
    if (this.#asked.size >= peerCallsMax) throw new Error(`${this.#asked.size} questions wait for an answer`);
    this.#lastCorrelationId += 1;
    const correlationId = this.#lastCorrelationId;
    const answer = new Promise<Output>((resolve, reject) => {
      const timer = this.#deps.deps.clock.after(peerCallMsMax, () => {
        // What was asked may still be on its way: the next connection's beginning ends this one over there.
        this.close(new Error(`broker ${this.#brokerId} does not answer`));
      });
      const answered = (reader: Reader) => resolve(api.decodeResponse(reader, api.versionMax));
      this.#asked.set(correlationId, { timer, answered, failed: reject });
    });
    // It may fail before anybody waits for it.
    answer.catch(() => undefined);
    const link = await this.#link;
    if (!this.isOver) link.request(api, correlationId, body);
    return answer;
  }

  close(cause: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const { timer, failed } of this.#asked.values()) {
      timer.cancel();
      failed(cause);
    }
    this.#asked.clear();
    this.#transport?.destroy();
  }

  async #connect(): Promise<PeerLink> {
    const { deps, pool, secret, self } = this.#deps;
    const broker = this.#deps.broker(this.#brokerId);
    if (broker?.peerHost == null || broker.peerPort == null)
      throw new Error(`the address of broker ${this.#brokerId} is not known`);
    const transport = await deps.peerNetwork.connect(broker.peerHost, broker.peerPort);
    if (this.isOver) transport.destroy();
    this.#transport = transport;
    let onFrame: (frame: Frame) => void = () => undefined;
    let bytesMax = peerHelloBytesMax;
    const ended = Promise.withResolvers<never>();
    const link = new PeerLink(transport, pool, () => bytesMax, {
      frame: (frame) => onFrame(frame),
      closed: (cause) => {
        ended.reject(cause ?? new Error('the connection ended'));
        this.close(asError(cause));
      },
    });
    ended.promise.catch(() => undefined);
    const said = { ...self, toBrokerId: this.#brokerId, lane: laneNumber('calls') };
    const receive = (call: (frame: Frame) => void) => {
      onFrame = call;
    };
    await Promise.race([introduce(link, receive, deps.random, secret, said), ended.promise]);
    bytesMax = peerAnswerBytesMax;
    onFrame = (frame) => this.#take(frame);
    return link;
  }

  #take(frame: Frame): void {
    const reader = new Reader(frame.buffer.subarray(0, frame.length));
    const correlationId = decodeResponseHeader(reader, anyPeerApi, 0);
    const asked = this.#asked.get(correlationId);
    if (asked === undefined) throw new Error(`answer ${correlationId} to nothing that was asked`);
    this.#asked.delete(correlationId);
    asked.timer.cancel();
    asked.answered(reader);
  }
}

/** All of them have the same header. */
const anyPeerApi = peerVerifyApi;

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error('the connection ended', { cause });
}
