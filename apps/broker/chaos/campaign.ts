import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSeededRandom } from '@weir/testing/seeded-random';
import { Kafka, logLevel } from 'kafkajs';
import { tenant } from '../src/testing/furnish-tenant.ts';
import { ChaosCell } from './cell.ts';
import { Consumers, readLogs } from './consumers.ts';
import { applyFault } from './faults.ts';
import { History } from './history.ts';
import { drawFaults, type Fault, type FaultKind, faultKinds } from './plan.ts';
import { type Pause, Producers } from './producers.ts';
import { brokerIds, partitions } from './topic.ts';

export interface ChaosSettings {
  readonly minutes: number;
  readonly seed: number;
  readonly only: readonly FaultKind[];
  /** Where a directory is made for the run, which goes with it unless something is wrong. */
  readonly dir: string;
  /** What a broker's process runs. */
  readonly program: string;
  /** Ends the run early, in order. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface ChaosResult {
  readonly history: History;
  readonly applied: ReadonlyMap<FaultKind, number>;
  readonly skipped: ReadonlyMap<FaultKind, string>;
  /** The longest time without an acknowledgement, and what happened then. */
  readonly pause: { readonly ms: number; readonly fault: string };
  readonly refused: number;
  readonly brokersEnded: number;
  readonly dir: string;
}

const warmUpMs = 3_000;
/** In the end everything is well again within that. */
const wholeMsMax = 60_000;

/** Runs it from one seed, and leaves nothing behind but the logs of a run that went wrong. */
export async function runChaos(settings: ChaosSettings): Promise<ChaosResult> {
  const dir = mkdtempSync(join(settings.dir, 'weir-chaos-'));
  const campaign = new Campaign(settings, dir, await ChaosCell.start(dir, settings.program));
  const result = await campaign.run();
  if (result.history.violations.length === 0) rmSync(dir, { recursive: true, force: true });
  return result;
}

class Campaign {
  readonly #settings: ChaosSettings;
  readonly #dir: string;
  readonly #cell: ChaosCell;
  readonly #history = new History();
  readonly #kafka: Kafka;
  readonly #producers: Producers;
  readonly #consumers: Consumers;
  readonly #applied = new Map<FaultKind, number>();
  readonly #skipped = new Map<FaultKind, string>();
  readonly #begunMs = performance.now();
  #pause = { ms: 0, fault: 'nothing' };
  #brokersEnded = 0;

  constructor(settings: ChaosSettings, dir: string, cell: ChaosCell) {
    this.#settings = settings;
    this.#dir = dir;
    this.#cell = cell;
    this.#kafka = new Kafka({
      brokers: cell.addresses,
      sasl: { mechanism: 'plain', username: tenant.keyId, password: tenant.secret },
      logLevel: logLevel.NOTHING,
    });
    this.#producers = new Producers(this.#kafka, this.#history);
    this.#consumers = new Consumers(this.#kafka, cell.addresses, this.#history);
    cell.onBrokerEnded = (brokerId, code) => {
      this.#brokersEnded += 1;
      this.#say(`broker ${brokerId} ended by itself with ${code}, and is started again`);
    };
  }

  async run(): Promise<ChaosResult> {
    try {
      this.#producers.start();
      this.#consumers.start();
      await this.#wait(warmUpMs);
      await this.#fault();
      await this.#settle();
    } finally {
      await this.#cell.close();
    }
    return {
      history: this.#history,
      applied: this.#applied,
      skipped: this.#skipped,
      pause: this.#pause,
      refused: this.#producers.counts.refused,
      brokersEnded: this.#brokersEnded,
      dir: this.#dir,
    };
  }

  async #fault(): Promise<void> {
    const { seed, only, minutes } = this.#settings;
    const kinds = only.length === 0 ? faultKinds : only;
    const faults = drawFaults(createSeededRandom(seed), kinds, brokerIds);
    const untilMs = performance.now() + minutes * 60_000;
    this.#notePause(this.#producers.takePause(), 'the beginning');
    while (performance.now() < untilMs && !this.#settings.signal.aborted) {
      const fault = faults.next().value;
      await this.#one(fault);
      await this.#wait(fault.quietMs);
      this.#notePause(this.#producers.takePause(), fault.kind);
    }
  }

  async #one(fault: Fault): Promise<void> {
    const applied = await applyFault(fault, this.#cell, () => this.#consumers.leave());
    if (applied.kind === 'skipped') {
      this.#skipped.set(fault.kind, applied.why);
      this.#say(`${fault.kind} skipped: ${applied.why}`);
      return;
    }
    this.#applied.set(fault.kind, (this.#applied.get(fault.kind) ?? 0) + 1);
    this.#say(`${fault.kind} of ${applied.to}, for ${fault.forMs} ms`);
    await this.#wait(fault.forMs);
    try {
      await applied.undo();
    } catch (cause) {
      this.#history.violated('not available', `${fault.kind} could not be undone: ${String(cause)}`);
    }
  }

  /** Everything is undone: now all must come back, and what was told must be true. */
  async #settle(): Promise<void> {
    this.#say('no more faults');
    if (!(await this.#cell.isWhole(wholeMsMax))) await this.#notWhole();
    const before = this.#history.counts.acknowledged;
    await this.#wait(2_000);
    for (const name of await this.#producers.stop())
      this.#history.violated('not available', `${name} waits for an answer since a minute`);
    if (this.#history.counts.acknowledged === before)
      this.#history.violated('not available', 'nothing is acknowledged though nothing is wrong any more');
    this.#notePause(this.#producers.takePause(), 'the end');
    await this.#consumers.stop();
    const logs = await readLogs(this.#kafka, this.#cell.addresses);
    if (logs === null) this.#history.violated('not available', 'the partitions cannot be read to their ends');
    else for (const partition of partitions) this.#history.check(partition, logs.get(partition) ?? []);
  }

  async #notWhole(): Promise<void> {
    for (const [index, { leader, isr }] of ((await this.#cell.partitions()) ?? []).entries())
      if (isr.length < brokerIds.length)
        this.#history.violated(
          'not available',
          `partition ${index} of leader ${leader} has only ${isr.join(', ')} in sync after a minute`,
        );
    if (!this.#history.violations.some(({ anomaly }) => anomaly === 'not available'))
      this.#history.violated('not available', 'the replicas were not all in sync within a minute');
  }

  #notePause({ ms }: Pause, fault: string): void {
    if (ms > this.#pause.ms) this.#pause = { ms, fault };
    if (ms > 1_000) this.#say(`${Math.round(ms)} ms without an acknowledgement about ${fault}`);
  }

  #say(line: string): void {
    const seconds = ((performance.now() - this.#begunMs) / 1000).toFixed(1);
    this.#settings.say(`${seconds.padStart(7)} s  ${line}`);
  }

  async #wait(ms: number): Promise<void> {
    const { signal } = this.#settings;
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}
