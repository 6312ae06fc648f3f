import { join } from 'node:path';
import { type Contestant, RunningBroker } from './contestant.ts';
import type { Credential } from './load.ts';

/** A cell that takes part: brokers that hold replicas of each other's partitions. */
export interface CellContestant extends Pick<Contestant, 'name' | 'flush' | 'isOurs'> {
  /** Begins what the brokers need beside themselves, below an empty directory. */
  open(dataDir: string): Promise<OpenCell>;
}

export interface OpenCell {
  /** By broker id, which begins at 1. */
  readonly members: readonly Contestant[];
  readonly credential: Credential | null;
  /** Once all brokers are gone. */
  close(): Promise<void>;
}

const running = new Set<RunningCell>();

/** Ends the processes of every cell; some of them would outlive this one. */
export async function closeCells(): Promise<void> {
  await Promise.all([...running].map((cell) => cell.close()));
}

/** The brokers of a cell, each in a process of its own. */
export class RunningCell {
  readonly #cell: OpenCell;
  readonly #dataDir: string;
  readonly #running = new Map<number, RunningBroker>();
  /** From the first process start until all answered. */
  readyMs = 0;

  private constructor(cell: OpenCell, dataDir: string) {
    this.#cell = cell;
    this.#dataDir = dataDir;
  }

  static async start(contestant: CellContestant, dataDir: string): Promise<RunningCell> {
    const cell = new RunningCell(await contestant.open(dataDir), dataDir);
    running.add(cell);
    try {
      for (const [index, member] of cell.#cell.members.entries())
        await member.prepare(cell.#dirOf(index + 1));
      const began = performance.now();
      await Promise.all(cell.#cell.members.map((_, index) => cell.begin(index + 1)));
      cell.readyMs = performance.now() - began;
      return cell;
    } catch (cause) {
      await cell.close();
      throw cause;
    }
  }

  get addresses(): string {
    return this.#cell.members.map(({ port }) => `127.0.0.1:${port}`).join(',');
  }

  get credential(): Credential | null {
    return this.#cell.credential;
  }

  get brokers(): number {
    return this.#cell.members.length;
  }

  /** Of all processes together. */
  cpuSeconds(): number {
    return this.#sum((broker) => broker.cpuSeconds());
  }

  residentMb(): number {
    return this.#sum((broker) => broker.residentMb());
  }

  #sum(of: (broker: RunningBroker) => number): number {
    return [...this.#running.values()].reduce((sum, broker) => sum + of(broker), 0);
  }

  /** A life of the broker; resolves when it answers. */
  async begin(brokerId: number): Promise<void> {
    const member = this.#cell.members[brokerId - 1];
    if (member === undefined) throw new Error(`there is no broker ${brokerId}`);
    this.#running.set(brokerId, await RunningBroker.start(member, this.#dirOf(brokerId)));
  }

  /** Resolves when its process is gone. */
  async end(brokerId: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#running.get(brokerId)?.stop(signal);
    this.#running.delete(brokerId);
  }

  async close(): Promise<void> {
    running.delete(this);
    await Promise.all([...this.#running.keys()].map((brokerId) => this.end(brokerId, 'SIGKILL')));
    await this.#cell.close();
  }

  #dirOf(brokerId: number): string {
    return join(this.#dataDir, `member-${brokerId}`);
  }
}
