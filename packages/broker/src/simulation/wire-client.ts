import type { Api } from '@weir/kafka-protocol/api';
import { decodeResponseHeader, encodeRequestHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import type { ClientSocket, SimulatedNetwork } from './simulated-network.ts';
import { Violation, type World } from './world.ts';

/** The connection ended or the time ran out: what became of the request is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Whatever a client asks through: one connection, or the brokers of a cell. */
export interface Client {
  readonly isClosed: boolean;
  /** Rejects with NoAnswer. */
  request<Request, Response>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response>;
  close(): void;
}

interface Pending {
  readonly correlationId: number;
  readonly settle: (reader: Reader) => void;
  readonly refuse: (cause: Error) => void;
}

const requestTimeoutMs = 40_000;

/** One connection of a client that speaks the protocol, with as many requests under way as it likes. */
export class WireClient implements Client {
  isClosed = false;
  /** Waits for answers for as long as it takes. */
  isPatient = false;
  private readonly world: World;
  private readonly socket: ClientSocket;
  private readonly clientId: string;
  private readonly writer = new Writer();
  private readonly pending: Pending[] = [];
  private received: Buffer = Buffer.alloc(0);
  private lastCorrelationId = 0;

  private constructor(world: World, socket: ClientSocket, clientId: string) {
    this.world = world;
    this.socket = socket;
    this.clientId = clientId;
    socket.onClose(() => this.close());
    socket.onData((chunk) => this.receive(chunk));
  }

  static async connect(
    world: World,
    network: SimulatedNetwork,
    clientId: string,
    host?: string,
  ): Promise<WireClient> {
    return new WireClient(world, await network.connect(host), clientId);
  }

  /** Rejects with NoAnswer. */
  request<Request, Response>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response> {
    if (this.isClosed) return Promise.reject(new NoAnswer('the connection is closed'));
    this.lastCorrelationId += 1;
    const correlationId = this.lastCorrelationId;
    const { writer, clientId } = this;
    writer.startFrame();
    encodeRequestHeader(
      writer,
      { apiKey: api.key, apiVersion: version, correlationId, clientId },
      api.flexibleFrom,
    );
    api.encodeRequest(writer, version, body);
    const frame = Buffer.concat(writer.finish());
    return new Promise((resolve, reject) => {
      const settle = (reader: Reader) => {
        decodeResponseHeader(reader, api, version);
        resolve(api.decodeResponse(reader, version));
      };
      this.pending.push({ correlationId, settle, refuse: reject });
      this.socket.send(frame);
      this.world.after(requestTimeoutMs, () => {
        // Whatever was wrong, the broker or the connection would have ended, or what is wrong would be over by now.
        if (!this.isPatient && this.pending.some((one) => one.correlationId === correlationId))
          this.world.fail(new Violation(`request ${api.name} of ${clientId} was not answered`));
      });
    });
  }

  /** Sends a request whose answer, or end, is of no concern. */
  tell<Request, Response>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): void {
    this.request(api, version, body).catch((cause: unknown) => {
      if (!(cause instanceof NoAnswer)) this.world.fail(cause);
    });
  }

  sendRaw(bytes: Buffer): void {
    this.socket.send(bytes);
  }

  /** From now on nothing of what the broker sends is taken. */
  stopReading(): void {
    this.socket.stopReading();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.destroy();
    for (const { refuse } of this.pending.splice(0)) refuse(new NoAnswer('the connection ended'));
  }

  private receive(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 4) {
      const size = this.received.readInt32BE(0);
      if (size < 4) throw new Violation(`the broker sent a frame of ${size} bytes`);
      if (this.received.length < 4 + size) return;
      const frame = this.received.subarray(4, 4 + size);
      this.received = this.received.subarray(4 + size);
      this.answer(frame);
    }
  }

  private answer(frame: Buffer): void {
    const next = this.pending.shift();
    const correlationId = frame.readInt32BE(0);
    if (next?.correlationId !== correlationId) {
      this.world.fail(new Violation(`answer ${correlationId} came where ${next?.correlationId} was due`));
      return;
    }
    try {
      next.settle(new Reader(frame));
    } catch (cause) {
      this.world.fail(new Violation('an answer cannot be decoded', { cause }));
    }
  }
}
