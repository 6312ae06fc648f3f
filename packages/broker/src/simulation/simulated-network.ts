import type { Network, Transport } from '../deps.ts';
import type { Bug, Faults } from './faults.ts';
import type { World } from './world.ts';

/** A client's end of a connection. */
export interface ClientSocket {
  send(bytes: Buffer): void;
  onData(receive: (chunk: Buffer) => void): void;
  onClose(closed: () => void): void;
  /** Takes nothing more: what the broker sends stays with it. */
  stopReading(): void;
  destroy(): void;
}

/** Where a cell of one broker is. */
export const simulatedHost = 'simulated';
const clientPort = 1;
/** What a connection is waited for where nobody answers. */
const connectMsMax = 2_000;
/** How often a sender tries again. */
const retransmissionMs = 20;

/** Connections of clients to brokers, and of brokers among each other: ordered, delayed, cut into chunks, and breakable. */
export class SimulatedNetwork {
  faults: Faults;
  private readonly world: World;
  private readonly bug: Bug | null;
  /** By host and port. */
  private readonly listeners = new Map<string, (transport: Transport) => void>();
  private readonly open = new Set<Link>();
  /** From whom to whom nothing arrives. */
  private readonly cuts = new Set<string>();

  constructor(world: World, faults: Faults, bug: Bug | null) {
    this.world = world;
    this.faults = faults;
    this.bug = bug;
  }

  /** What one machine sees of it. */
  mount(host: string, isAlive: () => boolean): Network {
    return {
      listen: async (_host, port, accept) => {
        const own = (transport: Transport) => accept(transport);
        const at = `${host}:${port}`;
        this.listeners.set(at, own);
        return {
          port,
          close: async () => {
            if (isAlive() && this.listeners.get(at) === own) this.listeners.delete(at);
          },
        };
      },
      connect: async (to, port) => {
        const link = await this.link(host, to, port);
        if (isAlive()) return link.callerTransport();
        link.break();
        // A life that is over hears nothing any more.
        return new Promise(() => undefined);
      },
    };
  }

  /** Nothing that one sends reaches the other, nor is lost: it arrives when this is over. */
  cut(from: string, to: string): void {
    this.cuts.add(`${from}>${to}`);
  }

  mend(): void {
    this.cuts.clear();
  }

  mendBetween(one: string, other: string): void {
    this.cuts.delete(`${one}>${other}`);
    this.cuts.delete(`${other}>${one}`);
  }

  isCut(from: string, to: string): boolean {
    return this.cuts.has(`${from}>${to}`);
  }

  /** The machine's broker is gone: nothing is listening there, and every connection with it breaks. */
  kill(host: string): void {
    for (const at of [...this.listeners.keys()]) if (at.startsWith(`${host}:`)) this.listeners.delete(at);
    for (const link of [...this.open]) if (link.ends.includes(host)) link.break();
  }

  /** A client's connection. Rejects when nothing listens. */
  async connect(host = simulatedHost): Promise<ClientSocket> {
    return (await this.link('client', host, clientPort)).client();
  }

  private async link(from: string, to: string, port: number): Promise<Link> {
    await this.world.sleep(this.world.delay(0.1, 5));
    if (this.isCut(from, to) || this.isCut(to, from)) {
      await this.world.sleep(connectMsMax);
      throw new Error('ETIMEDOUT');
    }
    const accept = this.listeners.get(`${to}:${port}`);
    if (accept === undefined) throw new Error('ECONNREFUSED');
    const isCut = (sender: string, receiver: string) => this.isCut(sender, receiver);
    const link = new Link(this.world, [from, to], isCut, () => this.faults.disconnectRate, this.bug);
    this.open.add(link);
    link.onBroken(() => this.open.delete(link));
    accept(link.transport());
    return link;
  }
}

/** One direction of a connection: chunks arrive in order, never before the time they take. */
class Direction {
  private readonly world: World;
  private lastAt = 0;
  private receive: ((chunk: Buffer) => void) | null = null;
  private held: Buffer[] = [];
  private isPaused = false;
  isBroken = false;
  private readonly isReordering: boolean;
  private readonly isCut: () => boolean;
  /** Sent, and not through yet. */
  private readonly stalled: Buffer[] = [];

  constructor(world: World, isReordering: boolean, isCut: () => boolean) {
    this.world = world;
    this.isCut = isCut;
    this.isReordering = isReordering;
  }

  onData(receive: (chunk: Buffer) => void): void {
    this.receive = receive;
    this.flush();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.flush();
  }

  send(bytes: Buffer): void {
    const { world } = this;
    const cut =
      bytes.length > 1 && world.random.chance(0.2) ? world.random.integer(1, bytes.length - 1) : bytes.length;
    for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (chunk.length === 0) continue;
      const arrival = world.now + world.delay(0.05, 4);
      this.lastAt = this.isReordering ? arrival : Math.max(this.lastAt, arrival);
      world.at(this.lastAt, () => this.arrive(chunk));
    }
  }

  private arrive(chunk: Buffer): void {
    if (this.isBroken) return;
    if (this.stalled.length > 0 || this.isCut()) {
      this.stalled.push(chunk);
      if (this.stalled.length === 1) this.world.after(retransmissionMs, () => this.retransmit());
      return;
    }
    this.held.push(chunk);
    this.flush();
  }

  private retransmit(): void {
    if (this.isBroken) return;
    if (this.isCut()) {
      this.world.after(retransmissionMs, () => this.retransmit());
      return;
    }
    this.held.push(...this.stalled.splice(0));
    this.flush();
  }

  private flush(): void {
    const { receive } = this;
    while (receive !== null && !this.isPaused && !this.isBroken) {
      const chunk = this.held.shift();
      if (chunk === undefined) return;
      receive(chunk);
      // The chunk was the receiver's only during the call.
      chunk.fill(0xdd);
    }
  }
}

class Link {
  /** Who connected, and to whom. */
  readonly ends: readonly [string, string];
  private readonly world: World;
  private readonly toBroker: Direction;
  private readonly toClient: Direction;
  private readonly disconnectRate: () => number;
  private readonly closed: (() => void)[] = [];
  private isBroken = false;
  private isRead = true;
  /** Of writes that the client does not take. */
  private readonly untaken: ((isTaken: boolean) => void)[] = [];
  private lastTakenAt = 0;

  constructor(
    world: World,
    ends: readonly [string, string],
    isCut: (from: string, to: string) => boolean,
    disconnectRate: () => number,
    bug: Bug | null,
  ) {
    this.world = world;
    this.ends = ends;
    this.disconnectRate = disconnectRate;
    const [caller, listener] = ends;
    this.toBroker = new Direction(world, false, () => isCut(caller, listener));
    this.toClient = new Direction(world, bug === 'network-reorders', () => isCut(listener, caller));
  }

  onBroken(closed: () => void): void {
    if (this.isBroken) this.world.after(0, closed);
    else this.closed.push(closed);
  }

  break(): void {
    if (this.isBroken) return;
    this.isBroken = true;
    this.toBroker.isBroken = true;
    this.toClient.isBroken = true;
    for (const closed of this.closed) closed();
    for (const done of this.untaken.splice(0)) done(false);
  }

  client(): ClientSocket {
    return {
      send: (bytes) => {
        if (this.isBroken) return;
        this.toBroker.send(Buffer.from(bytes));
        if (this.world.random.chance(this.disconnectRate()))
          this.world.after(this.world.delay(0, 5), () => this.break());
      },
      onData: (receive) => this.toClient.onData(receive),
      stopReading: () => {
        this.isRead = false;
      },
      onClose: (closed) => this.onBroken(closed),
      destroy: () => this.break(),
    };
  }

  /** The end of a broker that connected to another one. */
  callerTransport(): Transport {
    const { world } = this;
    return {
      remoteAddress: this.ends[1],
      onData: (receive) => this.toClient.onData(receive),
      onClose: (closed) => this.onBroken(closed),
      write: (buffers, done) => {
        const isTaken = !this.isBroken;
        if (isTaken) this.toBroker.send(Buffer.concat(buffers));
        done(isTaken);
        if (world.random.chance(this.disconnectRate())) world.after(world.delay(0, 5), () => this.break());
      },
      pause: () => this.toClient.pause(),
      resume: () => this.toClient.resume(),
      end: () => world.after(10, () => this.break()),
      destroy: () => world.after(0, () => this.break()),
    };
  }

  transport(): Transport {
    return {
      remoteAddress: '127.0.0.1',
      onData: (receive) => this.toBroker.onData(receive),
      onClose: (closed) => this.onBroken(closed),
      write: (buffers, done) => {
        // The kernel takes the bytes some time later, and only then may they change.
        this.lastTakenAt = Math.max(this.lastTakenAt, this.world.now + this.world.delay(0, 1));
        this.world.at(this.lastTakenAt, () => {
          if (!this.isBroken && !this.isRead) {
            this.untaken.push(done);
            return;
          }
          const isTaken = !this.isBroken;
          if (isTaken) this.toClient.send(Buffer.concat(buffers));
          done(isTaken);
        });
      },
      pause: () => this.toBroker.pause(),
      resume: () => this.toBroker.resume(),
      end: () => this.world.after(10, () => this.break()),
      destroy: () => this.world.after(0, () => this.break()),
    };
  }
}
