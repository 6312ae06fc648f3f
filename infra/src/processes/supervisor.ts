import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** One process that is to run for as long as the launcher does. */
export interface Service {
  readonly name: string;
  /** Starts the process in a group of its own; resolves when it is ready, rejects when it will not be. */
  start(onSpawn: (child: ChildProcess) => void): Promise<void>;
  /** What stands in its way now, in a sentence, such as a port that another process has; null: nothing. */
  obstacle?(): Promise<string | null>;
  /** How it is asked to end. */
  readonly stopSignal: NodeJS.Signals;
  /** After that it is killed. */
  readonly stopMsMax: number;
}

export interface SupervisorEvents {
  say(line: string): void;
  /** The set of processes has changed. */
  changed(running: readonly { readonly name: string; readonly pid: number }[]): void;
}

const backoffMsMin = 250;
const backoffMsMax = 10_000;
/** How often it is looked whether what stands in the way has gone. */
const obstacleLookMs = 250;
/** A process that ran this long begins again with the shortest pause. */
const settledMs = 30_000;

interface Supervised {
  readonly service: Service;
  child: ChildProcess | null;
  startedMs: number;
  backoffMs: number;
  /** It was ended alone, and stays so. */
  isOver: boolean;
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** Starts services, starts again what dies, and stops them in the reverse order. */
export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #supervised: Supervised[] = [];
  readonly #stop = new AbortController();

  constructor(events: SupervisorEvents) {
    this.#events = events;
  }

  /** Resolves when the service is ready for the first time; from then on it is kept running. */
  async start(service: Service): Promise<void> {
    const supervised = this.#add(service);
    await this.#launch(supervised);
    this.#watch(supervised);
  }

  /** Keeps the service running from now on, also where it does not start at first: how that goes is only said. */
  keep(service: Service): void {
    const supervised = this.#add(service);
    void this.#launch(supervised).then(
      () => this.#watch(supervised),
      (cause) => this.#revive(supervised, notStarted(cause)),
    );
  }

  #add(service: Service): Supervised {
    const supervised = { service, child: null, startedMs: 0, backoffMs: backoffMsMin, isOver: false };
    this.#supervised.push(supervised);
    return supervised;
  }

  /** Ends one service, which is not started again; nothing happens where none is called so. */
  async end(name: string): Promise<void> {
    const supervised = this.#supervised.find((each) => each.service.name === name);
    if (supervised === undefined) return;
    supervised.isOver = true;
    await this.#end(supervised);
    this.#supervised.splice(this.#supervised.indexOf(supervised), 1);
    this.#tellChanged();
  }

  /** Stops groups of services one after the other, the last started first; those of one group together. */
  async stop(groups: readonly (readonly string[])[]): Promise<void> {
    this.#stop.abort();
    for (const group of groups) {
      const members = this.#supervised.filter((each) => group.includes(each.service.name));
      await Promise.all(members.map((each) => this.#end(each)));
    }
  }

  /** For when there is no time: ends every process group at once. */
  killAll(): void {
    this.#stop.abort();
    for (const { child } of this.#supervised) if (child !== null) signalGroup(child, 'SIGKILL');
  }

  async #launch(supervised: Supervised): Promise<void> {
    supervised.startedMs = performance.now();
    await supervised.service.start((child) => {
      supervised.child = child;
      this.#tellChanged();
      if (this.#stop.signal.aborted || supervised.isOver) signalGroup(child, 'SIGKILL');
    });
  }

  #watch(supervised: Supervised): void {
    const { child } = supervised;
    if (child === null || this.#stop.signal.aborted) return;
    const onExit = () => {
      const how = child.signalCode ?? `status ${child.exitCode}`;
      if (!this.#stop.signal.aborted && !supervised.isOver) void this.#revive(supervised, `ended (${how})`);
    };
    if (isRunning(child)) child.once('exit', onExit);
    else onExit();
  }

  async #revive(supervised: Supervised, why: string): Promise<void> {
    const { name } = supervised.service;
    let reason = why;
    while (!this.#stop.signal.aborted && !supervised.isOver) {
      if (performance.now() - supervised.startedMs > settledMs) supervised.backoffMs = backoffMsMin;
      const pauseMs = supervised.backoffMs;
      supervised.backoffMs = Math.min(pauseMs * 2, backoffMsMax);
      this.#events.say(`! ${name} ${reason}; starting it again in ${pauseMs / 1000} s`);
      // What it left running in its group would be in the way of its successor.
      if (supervised.child !== null) signalGroup(supervised.child, 'SIGKILL');
      try {
        await delay(pauseMs, undefined, { signal: this.#stop.signal });
        await this.#untilClear(supervised);
        if (supervised.isOver) return;
        await this.#launch(supervised);
        if (this.#stop.signal.aborted || supervised.isOver) return;
        this.#events.say(`! ${name} runs again`);
        this.#watch(supervised);
        return;
      } catch (error) {
        reason = notStarted(error);
      }
    }
  }

  /** It would only fail, and each time wait for longer than the one before. */
  async #untilClear(supervised: Supervised): Promise<void> {
    const { service } = supervised;
    for (let told: string | null = null; !supervised.isOver; ) {
      const obstacle = (await service.obstacle?.()) ?? null;
      if (obstacle === null) return;
      supervised.backoffMs = backoffMsMin;
      if (obstacle !== told) this.#events.say(`! ${service.name} waits: ${obstacle}`);
      told = obstacle;
      await delay(obstacleLookMs, undefined, { signal: this.#stop.signal });
    }
  }

  async #end({ service, child }: Supervised): Promise<void> {
    if (child === null || !isRunning(child)) return;
    const exited = new Promise<boolean>((resolve) => child.once('exit', () => resolve(true)));
    child.kill(service.stopSignal);
    const tooLong = new AbortController();
    const waited = delay(service.stopMsMax, false, { signal: tooLong.signal }).catch(() => false);
    const ended = await Promise.race([exited, waited]);
    tooLong.abort();
    if (!ended)
      this.#events.say(`! ${service.name} did not end within ${service.stopMsMax / 1000} s and was killed`);
    signalGroup(child, 'SIGKILL');
    await exited;
  }

  #tellChanged(): void {
    const running = this.#supervised.flatMap(({ service, child }) =>
      child?.pid !== undefined && isRunning(child) ? [{ name: service.name, pid: child.pid }] : [],
    );
    this.#events.changed(running);
  }
}

const notStarted = (cause: unknown) =>
  `did not start: ${cause instanceof Error ? cause.message : String(cause)}`;

/** To the process and whatever it started; a group that is gone is what was wanted. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // `kill` throws system errors only.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
