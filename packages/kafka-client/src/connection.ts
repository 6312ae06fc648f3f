import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Api } from '@weir/kafka-protocol/api';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { decodeResponseHeader, encodeRequestHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import { answerBytesMax, signInMsMax } from './limits.ts';

/** The connection ended, or never began: by the broker, the network, or the deadline of whoever asked. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** What a broker answered instead of doing it. */
export class KafkaRefusal extends Error {
  override readonly name = 'KafkaRefusal';
  readonly error: ErrorName;

  constructor(error: ErrorName, message: string | null = null) {
    super(message ?? error);
    this.error = error;
  }
}

/** Throws a KafkaRefusal for every code but NONE. */
export const expectNone = (code: number, message: string | null = null): void => {
  const name = errorName(code);
  if (name !== 'NONE') throw new KafkaRefusal(name, message);
};

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

export interface BrokerPlace extends BrokerAddress {
  /** By whose word the broker is believed, as PEM, or by whom this machine believes; null: without TLS. */
  readonly trust: { readonly ca: string | null } | null;
}

export interface PlainCredential {
  readonly keyId: string;
  readonly secret: string;
}

const socketTo = ({ host, port, trust }: BrokerPlace): Socket => {
  if (trust === null) return connectPlain({ host, port, noDelay: true });
  const socket = connectTls({ host, port, ...(trust.ca === null ? {} : { ca: trust.ca }) });
  return socket.setNoDelay();
};

const clientId = 'weir-rest';
const lengthBytes = 4;

/**
 * One connection to a broker, one request at a time. However it ends, whoever waits gets a ConnectionLost and
 * nobody else hears of it: every event of the socket is taken here. Answers are bounded before they are kept.
 */
export class KafkaConnection {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #received = 0;
  #correlationId = 0;
  #waiting: PromiseWithResolvers<Buffer> | null = null;
  #lost: ConnectionLost | null = null;

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    const abort = () => this.#end('the time for this request is over');
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (cause) => this.#end('the connection to the broker broke', cause));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      this.#end('the broker closed the connection');
    });
    if (signal.aborted) abort();
  }

  /** Connects and signs in by SASL/PLAIN. It ends with `signal`. Rejects with ConnectionLost or KafkaRefusal. */
  static async open(
    place: BrokerPlace,
    credential: PlainCredential,
    signal: AbortSignal,
  ): Promise<KafkaConnection> {
    const connection = new KafkaConnection(socketTo(place), signal);
    // A broker that stands still accepts connections all the same: the kernel does.
    const patience = setTimeout(() => connection.#end('the broker let nobody in'), signInMsMax);
    try {
      await connection.#signIn(credential);
      return connection;
    } catch (cause) {
      connection.close();
      throw cause;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Rejects with ConnectionLost when the connection ends before the answer is whole. */
  async request<Request, Response>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response> {
    if (this.#lost !== null) throw this.#lost;
    if (this.#waiting !== null) throw new Error('a connection carries one request at a time');
    const waiting = Promise.withResolvers<Buffer>();
    this.#waiting = waiting;
    this.#correlationId += 1;
    const writer = new Writer().startFrame();
    const header = { apiKey: api.key, apiVersion: version, correlationId: this.#correlationId, clientId };
    encodeRequestHeader(writer, header, api.flexibleFrom);
    api.encodeRequest(writer, version, body);
    for (const part of writer.finish()) this.#socket.write(part);
    const reader = new Reader(await waiting.promise);
    const answered = decodeResponseHeader(reader, api, version);
    if (answered !== this.#correlationId) throw this.#end('the broker answered another request');
    return api.decodeResponse(reader, version);
  }

  close(): void {
    this.#end('the connection was closed');
  }

  async #signIn({ keyId, secret }: PlainCredential): Promise<void> {
    const shaken = await this.request(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
    expectNone(shaken.errorCode);
    const authBytes = Buffer.from(`\0${keyId}\0${secret}`);
    const signedIn = await this.request(saslAuthenticateApi, 2, { authBytes });
    expectNone(signedIn.errorCode, signedIn.errorMessage);
  }

  #receive(chunk: Buffer): void {
    if (this.#waiting === null) {
      this.#end('the broker spoke without being asked');
      return;
    }
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#received < lengthBytes) return;
    const length = this.#answerBytes();
    if (length < 0 || length > answerBytesMax) {
      this.#end(`the broker announced an answer of ${length} bytes`);
      return;
    }
    if (this.#received < lengthBytes + length) return;
    const whole = Buffer.concat(this.#chunks);
    this.#chunks.length = 0;
    this.#received = 0;
    const { resolve } = this.#waiting;
    this.#waiting = null;
    resolve(whole.subarray(lengthBytes, lengthBytes + length));
  }

  /** Of the answer that is coming in; its four bytes may lie in several chunks. */
  #answerBytes(): number {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= lengthBytes) return first.readInt32BE(0);
    const whole = Buffer.concat(this.#chunks);
    this.#chunks.splice(0, this.#chunks.length, whole);
    return whole.readInt32BE(0);
  }

  /** The first reason counts; what follows is only how the socket ends. */
  #end(reason: string, cause?: unknown): ConnectionLost {
    this.#lost ??= new ConnectionLost(reason, { cause });
    this.#waiting?.reject(this.#lost);
    this.#waiting = null;
    this.#chunks.length = 0;
    this.#socket.destroy();
    return this.#lost;
  }
}
