import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Api } from '@weir/kafka-protocol/api';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { decodeResponseHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { requestFrame } from '../src/testing/raw-client.ts';
import { plainToken } from './tenants.ts';

const connectMsMax = 10_000;

/** Told to the processes of a stage whose broker takes clients by TLS. */
export const tlsVariable = 'WEIR_ABUSE_TLS';
const comesByTls = process.env[tlsVariable] === '1';

/** A connection that counts what it sent and was answered, and keeps an answer only while somebody waits for it. */
export class Client {
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  readonly socket: Socket;
  answers = 0;
  isClosed = false;
  readonly #waiting: ((frame: Buffer | null) => void)[] = [];
  #parts: Buffer[] = [];
  #partBytes = 0;
  #neededBytes = 4;

  private constructor(socket: Socket) {
    this.socket = socket;
    // A reset is one of the ways in which a connection ends.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.isClosed = true;
        for (const give of this.#waiting.splice(0)) give(null);
        resolve();
      });
    });
  }

  /** From an address of the loopback network of its own, since limits by address are for that address alone. */
  static open(port: number, localAddress = '127.0.0.2', byTls = comesByTls): Promise<Client> {
    return new Promise((resolve, reject) => {
      const place = { port, host: '127.0.0.1', localAddress };
      // What is attacked is the broker, whoever it says that it is.
      const socket = byTls ? connectTls({ ...place, rejectUnauthorized: false }) : connectPlain(place);
      socket.setNoDelay();
      const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), connectMsMax);
      socket.once(byTls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.removeListener('error', reject);
        resolve(new Client(socket));
      });
      socket.once('error', reject);
      socket.once('close', () => clearTimeout(timer));
    });
  }

  static async signIn(
    port: number,
    clusterId: string,
    localAddress?: string,
    byTls = comesByTls,
  ): Promise<Client> {
    const client = await Client.open(port, localAddress, byTls);
    await client.request(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
    const answer = await client.request(saslAuthenticateApi, 2, { authBytes: plainToken(clusterId) });
    if (answer?.errorCode === 0) return client;
    client.end();
    throw new Error(`not signed in: ${answer?.errorMessage ?? 'the connection ended'}`);
  }

  send(bytes: Buffer): boolean {
    return this.socket.write(bytes);
  }

  end(): void {
    this.socket.destroy();
  }

  /** The answer after those that somebody waits for already; null when the connection ended before. */
  answer(): Promise<Buffer | null> {
    if (this.isClosed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Null when the connection ended instead of an answer. */
  async request<Request, Response>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response | null> {
    const answer = this.answer();
    this.send(requestFrame(api, version, body));
    const frame = await answer;
    if (frame === null) return null;
    const reader = new Reader(frame);
    decodeResponseHeader(reader, api, version);
    return api.decodeResponse(reader, version);
  }

  #receive(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#partBytes += chunk.length;
    if (this.#partBytes < this.#neededBytes) return;
    let bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    for (;;) {
      this.#neededBytes = bytes.length < 4 ? 4 : 4 + bytes.readInt32BE(0);
      if (bytes.length < this.#neededBytes) break;
      this.answers += 1;
      this.#waiting.shift()?.(bytes.subarray(4, this.#neededBytes));
      bytes = bytes.subarray(this.#neededBytes);
    }
    this.#parts = bytes.length === 0 ? [] : [bytes];
    this.#partBytes = bytes.length;
  }
}
