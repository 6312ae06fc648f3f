import type { Api } from '@weir/kafka-protocol/api';
import {
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestHeader,
  encodeResponseHeader,
} from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import type { Transport } from '../deps.ts';
import { FrameAssembler } from '../memory/frame-assembler.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';

const flexibleAlways = () => 0;

/** One connection between two brokers of a cell: whole frames in order, both ways. */
export class PeerLink {
  readonly #transport: Transport;
  readonly #writer = new Writer();
  readonly #assembler: FrameAssembler;
  isClosed = false;

  /** `onFrame` has the frame during the call; it retains what it keeps. What it throws ends the connection. */
  constructor(
    transport: Transport,
    pool: FramePool,
    bytesMax: () => number,
    on: { frame(frame: Frame): void; closed(cause: unknown): void },
  ) {
    this.#transport = transport;
    let cause: unknown = null;
    this.#assembler = new FrameAssembler(pool, bytesMax, (frame) => {
      try {
        on.frame(frame);
      } catch (thrown) {
        cause = thrown;
        this.close();
      } finally {
        frame.release();
      }
    });
    transport.onClose(() => {
      this.isClosed = true;
      this.#assembler.close();
      on.closed(cause);
    });
    transport.onData((chunk) => {
      const refusal = this.#assembler.push(chunk);
      if (refusal === null) return;
      cause = new Error(
        `a frame of ${refusal.kind === 'negative' ? 'negative size' : `${refusal.size} bytes`}`,
      );
      this.close();
    });
  }

  request<Input>(api: Api<unknown, unknown, Input>, correlationId: number, body: Input): void {
    const { key, versionMax, flexibleFrom } = api;
    const writer = this.#writer.startFrame();
    const header = { apiKey: key, apiVersion: versionMax, correlationId, clientId: null };
    encodeRequestHeader(writer, header, flexibleFrom);
    api.encodeRequest(writer, versionMax, body);
    this.#send(writer.finish(), []);
  }

  /** `frames` hold bytes of the body, and are released when it was sent. */
  respond<Response>(
    api: Api<unknown, Response>,
    correlationId: number,
    body: Response,
    frames: readonly Frame[] = [],
  ): void {
    const writer = this.#writer.startFrame();
    encodeResponseHeader(writer, api, api.versionMax, correlationId);
    api.encodeResponse(writer, api.versionMax, body);
    this.#send(writer.finish(), frames);
  }

  #send(buffers: readonly Buffer[], frames: readonly Frame[]): void {
    this.#transport.write(buffers, () => {
      for (const frame of frames) frame.release();
    });
  }

  close(): void {
    this.isClosed = true;
    this.#transport.destroy();
  }
}

/** The header of a request, and what is behind it. */
export function readRequest(frame: Frame): { apiKey: number; correlationId: number; reader: Reader } {
  const reader = new Reader(frame.buffer.subarray(0, frame.length));
  const { apiKey, correlationId } = decodeRequestHeader(reader, flexibleAlways);
  return { apiKey, correlationId, reader };
}

/** The body of an answer; its correlation id must be the one that is due. */
export function readResponse<Response>(
  frame: Frame,
  api: Api<unknown, unknown, unknown, Response>,
  dueCorrelationId: number,
): Response {
  const reader = new Reader(frame.buffer.subarray(0, frame.length));
  const correlationId = decodeResponseHeader(reader, api, api.versionMax);
  if (correlationId !== dueCorrelationId)
    throw new Error(`answer ${correlationId} came where ${dueCorrelationId} was due`);
  return api.decodeResponse(reader, api.versionMax);
}
