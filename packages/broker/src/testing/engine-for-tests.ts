import type { Clock, Disk, Log, LogFields } from '../deps.ts';
import { noFaults } from '../simulation/faults.ts';
import { SimulatedDisk } from '../simulation/simulated-disk.ts';
import { World } from '../simulation/world.ts';

const epochMs = 1_800_000_000_000;

/** A simulated disk and a clock that tests move, for one room of the engine at a time. */
export class Engine {
  readonly world = new World(1);
  readonly disks = new SimulatedDisk(this.world, noFaults, null);
  readonly disk: Disk = this.disks.mount(() => true);
  readonly lines: { readonly event: string; readonly fields: LogFields }[] = [];
  readonly clock: Clock = {
    now: () => epochMs + Math.floor(this.world.now),
    monotonicMs: () => this.world.now,
    workedMs: () => this.world.now,
    after: (ms, call) => {
      const timer = { isOn: true };
      this.world.after(ms, () => {
        if (timer.isOn) call();
      });
      return {
        cancel: () => {
          timer.isOn = false;
        },
      };
    },
    soon: (call) => this.world.after(0, call),
    settled: (call) => this.world.after(0, call),
  };
  readonly log: Log = {
    info: (event, fields) => this.#line(event, fields),
    warn: (event, fields) => this.#line(event, fields),
    error: (event, fields) => this.#line(event, fields),
  };

  #line(event: string, fields: LogFields = {}): void {
    this.lines.push({ event, fields });
  }

  get events(): string[] {
    return this.lines.map((line) => line.event);
  }

  /** Lets time go on until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const done = () => {
      state.isDone = true;
    };
    work.then(done, done);
    await this.world.run(Number.POSITIVE_INFINITY, () => state.isDone);
    if (!state.isDone) throw new Error('nothing is left to happen, and the work is not done');
    return work;
  }

  /** Lets that much time go by, with all that falls into it. */
  pass(ms: number): Promise<void> {
    return this.run(this.world.sleep(ms));
  }

  async read(path: string): Promise<Buffer> {
    const bytes = await this.run(this.disk.readWhole(path));
    if (bytes === null) throw new Error(`there is no ${path}`);
    return bytes;
  }

  async write(path: string, bytes: Buffer): Promise<void> {
    await this.run(this.disk.replace(path, bytes));
  }

  /** Flips one bit of a stored byte in place, as a failing medium does. */
  async flip(path: string, at: number): Promise<void> {
    const file = await this.run(this.disk.open(path));
    const byte = Buffer.alloc(1);
    await this.run(file.read(byte, at));
    byte[0] = (byte[0] ?? 0) ^ 0x01;
    await this.run(file.write([byte], at));
  }

  list(dir: string): Promise<string[]> {
    return this.run(this.disk.list(dir));
  }
}
