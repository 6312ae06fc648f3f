import type { Clock, Disk, DiskFile, Network, Transport } from '../deps.ts';
import type { World } from './world.ts';

/** What work costs, modelled: time does not pass by itself while the engine computes. */
/** A request looks at the clock about four times, and takes 25 µs on the machines that were measured. */
const clockReadMs = 0.006;
/** From one turn of the event loop to the next; a request that gives way every so many steps pays it each time. */
const loopTurnMs = 0.2;
const bytesPerMs = 1024 * 1024;

/** Bugs to plant between the engine and its sockets, which the checks of a quiet tenant must find. */
export const tenantBugs = [
  /** Who is not to be read from is read from. */
  'pause-is-ignored',
  /** What was sent never counts as taken. */
  'sent-is-never-told',
  /** Each look at the clock takes long: turns are as long. */
  'turns-are-long',
] as const;

export type TenantBug = (typeof tenantBugs)[number];

/** A read of a socket brings so much at most, as with libuv. */
const readBytesMax = 64 * 1024;

/** What a socket has for the engine, which takes a read at a time while it listens. */
class Incoming {
  private readonly processor: SimulatedProcessor;
  private readonly transport: Transport;
  private readonly pieces: Buffer[] = [];
  private receive: (chunk: Buffer) => void = () => undefined;
  private isPaused = false;
  private isAwaited = false;

  constructor(processor: SimulatedProcessor, transport: Transport) {
    this.processor = processor;
    this.transport = transport;
  }

  onData(receive: (chunk: Buffer) => void): void {
    this.receive = receive;
    this.transport.onData((chunk) => {
      // The network's own is overwritten as soon as it was handed over.
      const copy = Buffer.from(chunk);
      for (let at = 0; at < copy.length; at += readBytesMax)
        this.pieces.push(copy.subarray(at, at + readBytesMax));
      this.transport.pause();
      this.next();
    });
  }

  pause(): void {
    if (this.processor.bug === 'pause-is-ignored') return;
    this.isPaused = true;
    this.transport.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.next();
  }

  private next(): void {
    if (this.isPaused || this.isAwaited) return;
    if (this.pieces.length === 0) {
      this.transport.resume();
      return;
    }
    this.isAwaited = true;
    this.processor.run(() => {
      this.isAwaited = false;
      const piece = this.isPaused ? undefined : this.pieces.shift();
      if (piece === undefined) return;
      this.processor.spend(piece.length / bytesPerMs);
      this.receive(piece);
      this.next();
    });
  }
}

/**
 * The one core that a broker has. Whatever calls into the engine waits until it is free, in the order in which
 * it came, and what the engine does there takes time: so much a look at its clock (each request is timed), so
 * much a turn of its loop, so much a byte that it reads or sends. So a request is late for whoever waits behind
 * others' work, in simulated time that one seed fixes.
 */
export class SimulatedProcessor {
  readonly bug: TenantBug | null;
  private readonly world: World;
  private readonly waiting: (() => void)[] = [];
  private busyUntilMs = 0;
  private isScheduled = false;

  constructor(world: World, bug: TenantBug | null = null) {
    this.world = world;
    this.bug = bug;
  }

  get nowMs(): number {
    return Math.max(this.world.now, this.busyUntilMs);
  }

  spend(ms: number): void {
    this.busyUntilMs = this.nowMs + ms;
  }

  /** Calls into the engine as soon as it is free and all that came before were served. */
  run(call: () => void): void {
    this.waiting.push(call);
    this.schedule();
  }

  /** The same before all that waits: nothing comes between what the engine did and what follows from it. */
  private runNext(call: () => void): void {
    this.waiting.unshift(call);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.world.at(this.nowMs, () => {
      this.isScheduled = false;
      // What the last call left to promises has been at work since.
      if (this.busyUntilMs <= this.world.now) this.waiting.shift()?.();
      if (this.waiting.length > 0) this.schedule();
    });
  }

  private async whenFree<T>(work: Promise<T>): Promise<T> {
    const settled = await work.then(
      (value) => () => value,
      (cause: unknown) => () => {
        throw cause;
      },
    );
    await new Promise<void>((resolve) => this.run(resolve));
    return settled();
  }

  clock(wallMs: () => number): Clock {
    return {
      now: wallMs,
      monotonicMs: () => {
        this.spend(this.bug === 'turns-are-long' ? 500 * clockReadMs : clockReadMs);
        return this.nowMs;
      },
      workedMs: () => this.nowMs,
      after: (ms, call) => {
        const timer = { isOn: true };
        this.world.after(Math.max(ms, 0.001), () => this.run(() => timer.isOn && call()));
        return {
          cancel: () => {
            timer.isOn = false;
          },
        };
      },
      soon: (call) =>
        this.run(() => {
          this.spend(loopTurnMs);
          call();
        }),
      settled: (call) => this.runNext(call),
    };
  }

  network(network: Network): Network {
    return {
      listen: (host, port, accept) =>
        network.listen(host, port, (transport) => this.run(() => accept(this.transport(transport)))),
      connect: async (host, port) => this.transport(await network.connect(host, port)),
    };
  }

  private transport(transport: Transport): Transport {
    const incoming = new Incoming(this, transport);
    return {
      remoteAddress: transport.remoteAddress,
      onData: (receive) => incoming.onData(receive),
      onClose: (closed) => transport.onClose(() => this.run(closed)),
      write: (buffers, done) => {
        this.spend(buffers.reduce((sum, buffer) => sum + buffer.length, 0) / bytesPerMs);
        if (this.bug === 'sent-is-never-told') transport.write(buffers, () => undefined);
        else transport.write(buffers, (isTaken) => this.run(() => done(isTaken)));
      },
      pause: () => incoming.pause(),
      resume: () => incoming.resume(),
      end: () => transport.end(),
      destroy: () => transport.destroy(),
    };
  }

  disk(disk: Disk): Disk {
    const when = <T>(work: Promise<T>) => this.whenFree(work);
    return {
      list: (dir) => when(disk.list(dir)),
      makeDir: (dir) => when(disk.makeDir(dir)),
      open: async (path, how) => this.file(await when(disk.open(path, how))),
      readWhole: (path) => when(disk.readWhole(path)),
      replace: (path, bytes) => when(disk.replace(path, bytes)),
      rename: (from, to) => when(disk.rename(from, to)),
      remove: (path) => when(disk.remove(path)),
      removeEmpty: (dir) => when(disk.removeEmpty(dir)),
      syncDir: (dir) => when(disk.syncDir(dir)),
    };
  }

  private file(file: DiskFile): DiskFile {
    const when = <T>(work: Promise<T>) => this.whenFree(work);
    return {
      size: () => when(file.size()),
      write: (buffers, position) => when(file.write(buffers, position)),
      read: (target, position) => when(file.read(target, position)),
      sync: () => when(file.sync()),
      truncate: (size) => when(file.truncate(size)),
      close: () => when(file.close()),
    };
  }
}
