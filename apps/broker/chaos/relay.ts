import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to the bytes of one direction. */
export interface Flow {
  /** They wait, as do the connection's end and whatever comes after them. */
  readonly isCut: boolean;
  readonly delayMs: number;
}

/** `in`: what callers send; `out`: what they are answered. */
export interface Rule {
  readonly in: Flow;
  readonly out: Flow;
}

export const open: Flow = { isCut: false, delayMs: 0 };
export const cut: Flow = { isCut: true, delayMs: 0 };

/** As much as a kernel would keep of a connection; then it is not read from. */
const queuedBytesMax = 1_000_000;

interface Queued {
  /** Null: the end of the connection. */
  readonly chunk: Buffer | null;
  readonly dueMs: number;
}

/** One direction of a connection. */
class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #flow: () => Flow;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(from: Socket, to: Socket, flow: () => Flow) {
    this.#from = from;
    this.#to = to;
    this.#flow = flow;
    from.on('data', (chunk: Buffer) => this.put(chunk));
    from.on('close', () => this.put(null));
  }

  put(chunk: Buffer | null): void {
    this.#queue.push({ chunk, dueMs: performance.now() + this.#flow().delayMs });
    this.#queuedBytes += chunk?.length ?? 0;
    if (this.#queuedBytes > queuedBytesMax) this.#from.pause();
    this.pump();
  }

  /** Hands on what may go now. */
  pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (!this.#flow().isCut) {
      const next = this.#queue[0];
      if (next === undefined) break;
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      this.#queue.shift();
      this.#queuedBytes -= next.chunk?.length ?? 0;
      if (next.chunk === null) this.#to.destroy();
      else this.#to.write(next.chunk);
    }
    if (this.#queuedBytes <= queuedBytesMax) this.#from.resume();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#from.destroy();
    this.#to.destroy();
  }
}

interface Relayed {
  readonly caller: number | null;
  readonly pipes: readonly Pipe[];
}

export interface RelaySettings {
  readonly targetPort: number;
  /** Who calls, by the first bytes of a connection; undefined: more of them are needed. Null: everybody is one. */
  readonly callerOf: ((first: Buffer) => number | undefined) | null;
}

/**
 * TCP on loopback, handed on to another port there, with rules by caller that can change at any time. A connection that
 * is cut is not refused: it is silent, as where packets are dropped, and what it held arrives late or never.
 */
export class Relay {
  readonly port: number;
  readonly #server: Server;
  readonly #settings: RelaySettings;
  readonly #rules = new Map<number | null, Rule>();
  readonly #connections = new Set<Relayed>();

  private constructor(server: Server, settings: RelaySettings) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    this.port = address.port;
    this.#server = server;
    this.#settings = settings;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async open(settings: RelaySettings): Promise<Relay> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Relay(server, settings);
  }

  /** For the connections of a caller, those that are there and those to come; null: of callers without a rule. */
  rule(caller: number | null, rule: Rule): void {
    this.#rules.set(caller, rule);
    this.#pump();
  }

  /** Without rules again. What waited arrives now, or its connections break. */
  heal(isLate: boolean): void {
    if (!isLate) {
      for (const { caller, pipes } of this.#connections) {
        if (this.#isHindered(caller)) for (const pipe of pipes) pipe.close();
      }
    }
    this.#rules.clear();
    this.#pump();
  }

  close(): void {
    this.#server.close();
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.close();
  }

  #pump(): void {
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.pump();
  }

  #ruleOf(caller: number | null): Rule {
    return this.#rules.get(caller) ?? this.#rules.get(null) ?? { in: open, out: open };
  }

  #isHindered(caller: number | null): boolean {
    const rule = this.#ruleOf(caller);
    return rule.in.isCut || rule.out.isCut;
  }

  #accept(socket: Socket): void {
    // Its end is told by the close that follows.
    socket.on('error', () => undefined);
    const { callerOf } = this.#settings;
    if (callerOf === null) {
      this.#join(socket, null, Buffer.alloc(0));
      return;
    }
    let first = Buffer.alloc(0);
    const look = (chunk: Buffer) => {
      first = Buffer.concat([first, chunk]);
      const caller = callerOf(first);
      if (caller === undefined) return;
      socket.off('data', look);
      this.#join(socket, caller, first);
    };
    socket.on('data', look);
  }

  #join(socket: Socket, caller: number | null, first: Buffer): void {
    const target = connect({ host: '127.0.0.1', port: this.#settings.targetPort, noDelay: true });
    target.on('error', () => undefined);
    socket.setNoDelay(true);
    const inward = new Pipe(socket, target, () => this.#ruleOf(caller).in);
    const outward = new Pipe(target, socket, () => this.#ruleOf(caller).out);
    const relayed = { caller, pipes: [inward, outward] };
    this.#connections.add(relayed);
    let open = 2;
    const onClose = () => {
      open -= 1;
      if (open === 0) this.#connections.delete(relayed);
    };
    socket.once('close', onClose);
    target.once('close', onClose);
    if (first.length > 0) inward.put(first);
  }
}

const beforeClientId = 4 + 2 + 2 + 4;

/** The broker that speaks, by the request that it introduces itself with: the header of a flexible request, then its id. */
export function introducedBroker(first: Buffer): number | undefined {
  if (first.length < beforeClientId + 2) return undefined;
  const clientIdBytes = Math.max(0, first.readInt16BE(beforeClientId));
  // Behind the client's id stands the number of tagged fields, which is none.
  const at = beforeClientId + 2 + clientIdBytes + 1;
  return first.length < at + 4 ? undefined : first.readInt32BE(at);
}
