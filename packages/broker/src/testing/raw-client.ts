import { connect, type Socket } from 'node:net';
import type { Api } from '@weir/kafka-protocol/api';
import { decodeResponseHeader, encodeRequestHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';

/** A TCP connection that sends what a test wants, well-formed or not. */
export class RawClient {
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #frames: Buffer[] = [];
  readonly #waiting: ((frame: Buffer | null) => void)[] = [];
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // A reset is one of the ways in which a connection ends.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        for (const give of this.#waiting.splice(0)) give(null);
        resolve();
      });
    });
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new RawClient(socket)));
      socket.once('error', reject);
    });
  }

  send(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.destroy();
  }

  /** The next frame's body; null when the connection ended before. */
  answer(): Promise<Buffer | null> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Null when the connection ended instead of an answer. */
  async request<Request, Response>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response | null> {
    this.send(requestFrame(api, version, body));
    const frame = await this.answer();
    if (frame === null) return null;
    const reader = new Reader(frame);
    decodeResponseHeader(reader, api, version);
    return api.decodeResponse(reader, version);
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const frame = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      const give = this.#waiting.shift();
      if (give === undefined) this.#frames.push(frame);
      else give(frame);
    }
  }
}

/** A whole request, its size in front. */
export function requestFrame<Request>(
  api: Api<unknown, unknown, Request, unknown>,
  version: number,
  body: Request,
  correlationId = 1,
): Buffer {
  const writer = new Writer().startFrame();
  const header = { apiKey: api.key, apiVersion: version, correlationId, clientId: 'raw' };
  encodeRequestHeader(writer, header, api.flexibleFrom);
  api.encodeRequest(writer, version, body);
  return Buffer.concat(writer.finish());
}
