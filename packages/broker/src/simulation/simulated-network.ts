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

/** Connections between clients and the one broker: ordered, delayed, cut into chunks, and breakable. */
export class SimulatedNetwork {
  faults: Faults;
  private readonly world: World;
  private readonly bug: Bug | null;
  private accept: ((transport: Transport) => void) | null = null;
  private readonly open = new Set<Link>();

  constructor(world: World, faults: Faults, bug: Bug | null) {
    this.world = world;
    this.faults = faults;
    this.bug = bug;
  }

  mount(isAlive: () => boolean): Network {
    return {
      listen: async (_host, port, accept) => {
        const own = (transport: Transport) => accept(transport);
        this.accept = own;
        return {
          port,
          close: async () => {
            if (isAlive() && this.accept === own) this.accept = null;
          },
        };
      },
    };
  }

  /** The broker is gone: nothing is listening, and every connection breaks. */
  kill(): void {
    this.accept = null;
    for (const link of [...this.open]) link.break();
  }

  /** Rejects when nothing listens. */
  async connect(): Promise<ClientSocket> {
    await this.world.sleep(this.world.delay(0.1, 5));
    const { accept } = this;
    if (accept === null) throw new Error('ECONNREFUSED');
    const link = new Link(this.world, () => this.faults.disconnectRate, this.bug);
    this.open.add(link);
    link.onBroken(() => this.open.delete(link));
    accept(link.transport());
    return link.client();
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

  constructor(world: World, isReordering: boolean) {
    this.world = world;
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
    this.held.push(chunk);
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
  private readonly world: World;
  private readonly toBroker: Direction;
  private readonly toClient: Direction;
  private readonly disconnectRate: () => number;
  private readonly closed: (() => void)[] = [];
  private isBroken = false;
  private isRead = true;
  /** Of writes that the client does not take. */
  private readonly untaken: (() => void)[] = [];
  private lastTakenAt = 0;

  constructor(world: World, disconnectRate: () => number, bug: Bug | null) {
    this.world = world;
    this.disconnectRate = disconnectRate;
    this.toBroker = new Direction(world, false);
    this.toClient = new Direction(world, bug === 'network-reorders');
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
    for (const done of this.untaken.splice(0)) done();
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
          if (!this.isBroken) this.toClient.send(Buffer.concat(buffers));
          done();
        });
      },
      pause: () => this.toBroker.pause(),
      resume: () => this.toBroker.resume(),
      end: () => this.world.after(10, () => this.break()),
      destroy: () => this.world.after(0, () => this.break()),
    };
  }
}
