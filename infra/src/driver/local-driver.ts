import { setTimeout as delay } from 'node:timers/promises';
import { dropCell } from '@weir/db/drop-cell';
import { migrateCell } from '@weir/db/migrate-cell';
import { portObstacle } from '../launcher/ports.ts';
import type { Supervisor } from '../processes/supervisor.ts';
import { type CellRows, problemLengthMax, type WantedBroker, type WantedCell } from './cell-rows.ts';
import { type DrivenOptions, drivenBroker, drivenName, removeTraces } from './driven-broker.ts';

export interface LocalDriverOptions extends Omit<DrivenOptions, 'told'> {
  readonly rows: CellRows;
  readonly supervisor: Supervisor;
  readonly databaseUrl: string;
  /** Where ports for brokers are looked for, from there up. */
  readonly firstPort: number;
  readonly say: (line: string) => void;
}

/** A broker whose process is kept running. */
interface Kept {
  readonly startedFor: number;
  /** Null: it does not run, for that reason if there is one. */
  running: number | null;
  problem: string | null;
}

const lookEveryMs = 500;
/** From the first port on. */
const portsMax = 500;

/**
 * Makes true on this machine what the rows of further cells say: a store for each, and a process, a port and a directory
 * for each of its brokers. It keeps nothing that a row does not say, and each look compares all of it, so it may be
 * ended anywhere: what is to be gone is taken away in an order in which its row goes last.
 */
export class LocalDriver {
  readonly #options: LocalDriverOptions;
  readonly #stop = new AbortController();
  readonly #kept = new Map<number, Kept>();
  /** Cells whose store this life has brought up to date. */
  readonly #migrated = new Set<string>();
  #said = '';
  #running: Promise<void> = Promise.resolve();

  constructor(options: LocalDriverOptions) {
    this.#options = options;
  }

  /** Looks from now on, until it is stopped. */
  start(): void {
    this.#running = this.#look();
  }

  /** Their processes go on; whoever stops them does so by `names`. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#options.rows.close();
  }

  get names(): readonly string[] {
    return [...this.#kept.keys()].map(drivenName);
  }

  async #look(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const cells = await this.#options.rows.read();
        await this.#endUnwanted(cells);
        let isAllWell = true;
        for (const cell of cells) {
          // One that cannot be looked after keeps none of the others waiting.
          await this.#follow(cell).catch((cause) => {
            isAllWell = false;
            this.#sayOnce(`! ${cell.cellId} cannot be looked after for now: ${messageOf(cause)}`);
          });
        }
        if (isAllWell) this.#said = '';
      } catch (cause) {
        this.#sayOnce(`! further cells cannot be looked after for now: ${messageOf(cause)}`);
      }
      await delay(lookEveryMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #follow(cell: WantedCell): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await Promise.all(
      cell.brokers.filter(({ wanted }) => wanted === 'GONE').map((broker) => this.#remove(broker)),
    );
    if (cell.isLeaving) {
      if (cell.brokers.length === 0 && cell.hasStore) await this.#removeStore(cell);
      return;
    }
    await this.#provideStore(cell);
    const wanted = cell.brokers.filter((broker) => broker.wanted === 'RUN');
    if (cell.isStopped) await Promise.all(wanted.map((broker) => this.#halt(broker)));
    else for (const broker of wanted) await this.#run(cell, broker);
  }

  /** It is started again from its row. */
  async #halt(broker: WantedBroker): Promise<void> {
    const { rows, say, supervisor } = this.#options;
    const { brokerId, cellId } = broker;
    if (this.#kept.has(brokerId)) say(`broker ${brokerId} of ${cellId} is stopped`);
    await supervisor.end(drivenName(brokerId));
    this.#kept.delete(brokerId);
    if (broker.runningGeneration !== null) await rows.tell(brokerId, null, null);
  }

  async #provideStore({ cellId, hasStore, schema }: WantedCell): Promise<void> {
    if (!this.#migrated.has(cellId)) {
      await migrateCell(this.#options.databaseUrl, schema);
      this.#migrated.add(cellId);
    }
    if (!hasStore) await this.#options.rows.setHasStore(cellId, true);
  }

  async #removeStore({ cellId }: WantedCell): Promise<void> {
    await dropCell(this.#options.databaseUrl, cellId);
    this.#migrated.delete(cellId);
    await this.#options.rows.setHasStore(cellId, false);
  }

  async #run(cell: WantedCell, broker: WantedBroker): Promise<void> {
    const { brokerId, generation } = broker;
    const before = this.#kept.get(brokerId);
    if (before?.startedFor === generation) return this.#tell(broker, before);
    const { say, supervisor } = this.#options;
    const port = broker.port ?? (await this.#findPort(brokerId));
    if (before !== undefined) {
      say(`broker ${brokerId} of ${cell.cellId} is started anew`);
      await supervisor.end(drivenName(brokerId));
    } else say(`broker ${brokerId} of ${cell.cellId} starts on port ${port}`);
    if (this.#stop.signal.aborted) return;
    const kept: Kept = { startedFor: generation, running: null, problem: null };
    this.#kept.set(brokerId, kept);
    const told = (problem: string | null) => {
      kept.running = problem === null ? generation : null;
      kept.problem = problem?.slice(0, problemLengthMax) ?? null;
    };
    supervisor.keep(drivenBroker(cell, broker, port, { ...this.#options, told }));
  }

  async #tell({ brokerId, problem, runningGeneration }: WantedBroker, kept: Kept): Promise<void> {
    if (runningGeneration === kept.running && problem === kept.problem) return;
    await this.#options.rows.tell(brokerId, kept.running, kept.problem);
  }

  async #findPort(brokerId: number): Promise<number> {
    const { firstPort, rows } = this.#options;
    for (let port = firstPort; port < Math.min(firstPort + portsMax, 65_536); port += 1) {
      const obstacle = await portObstacle([{ port, name: '', setting: 'WEIR_DEDICATED_PORT' }]);
      if (obstacle === null && (await rows.takePort(brokerId, port))) return port;
    }
    throw new Error(`of the ${portsMax} ports from WEIR_DEDICATED_PORT (${firstPort}) on none is free`);
  }

  async #remove({ brokerId, cellId }: WantedBroker): Promise<void> {
    const { dataDirectory, rows, say, supervisor } = this.#options;
    if (this.#kept.has(brokerId)) say(`broker ${brokerId} of ${cellId} is removed`);
    await supervisor.end(drivenName(brokerId));
    this.#kept.delete(brokerId);
    removeTraces(dataDirectory, brokerId);
    await rows.removeBroker(brokerId);
  }

  /** Brokers of which there is no row any more: their rows were removed by somebody else, and nothing is known of them. */
  async #endUnwanted(cells: readonly WantedCell[]): Promise<void> {
    const known = new Set(cells.flatMap(({ brokers }) => brokers.map(({ brokerId }) => brokerId)));
    for (const brokerId of [...this.#kept.keys()].filter((id) => !known.has(id))) {
      await this.#options.supervisor.end(drivenName(brokerId));
      this.#kept.delete(brokerId);
    }
  }

  #sayOnce(line: string): void {
    if (line === this.#said) return;
    this.#said = line;
    this.#options.say(line);
  }
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
