import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { AbuseCase } from './case.ts';
import { idle } from './idle-case.ts';
import type { Memory } from './messages.ts';
import { Stage, type Window } from './stage.ts';
import { crowdId } from './tenants.ts';
import { type Bounds, campaignBounds, memoryProblems, problemsOf } from './verdict.ts';

export interface CampaignSettings {
  readonly secondsPerCase: number;
  readonly seed: number;
  readonly dir: string;
  readonly bounds?: Bounds;
  /** Told of each case as soon as it is judged. */
  readonly onResult?: (result: CaseResult) => void;
}

export interface CaseResult {
  readonly name: string;
  readonly does: string;
  readonly baselineP99Ms: number;
  readonly window: Window;
  readonly restart: { readonly beforeMs: number; readonly afterMs: number } | null;
  readonly memory: { readonly before: Memory; readonly after: Memory } | null;
  readonly problems: readonly string[];
  /** Of the machine, so that a noisy neighbour is seen in the figures. */
  readonly load: number;
}

const casesPerBaseline = 3;
const baselinesKept = 5;
const memoryMsMax = 60_000;

/** Runs cases one after the other, over one stage as long as it is well and nobody asks for a fresh one. */
export class Campaign {
  readonly #settings: CampaignSettings;
  readonly #dir: string;
  readonly #baselines: number[] = [];
  #stage: Stage | null = null;
  #sinceBaseline = 0;
  /** How long a broker takes that nobody abused. */
  #restartMs = 0;

  constructor(settings: CampaignSettings) {
    this.#settings = settings;
    this.#dir = mkdtempSync(join(settings.dir, 'weir-abuse-'));
  }

  /** Every case twice where it fails at first, since the machine is shared: only what fails both times counts. */
  async run(cases: readonly AbuseCase[]): Promise<CaseResult[]> {
    const results: CaseResult[] = [];
    try {
      for (const each of cases) {
        let result = await this.#runOne(each);
        if (result.problems.length > 0) {
          await this.#leaveStage();
          result = await this.#runOne(each);
        }
        if (result.problems.length > 0 || each.isFresh) await this.#leaveStage();
        results.push(result);
        this.#settings.onResult?.(result);
      }
    } finally {
      await this.#leaveStage();
      rmSync(this.#dir, { recursive: true, force: true });
    }
    return results;
  }

  async #runOne(each: AbuseCase): Promise<CaseResult> {
    const isSpecial =
      each.isFresh === true || each.isTls === true || each.heapMb !== undefined || each.crowd !== undefined;
    if (isSpecial) await this.#leaveStage();
    const stage = await this.#ready(each);
    const { seed, secondsPerCase, bounds = campaignBounds } = this.#settings;
    const before = await stage.memory();
    const baselineP99Ms = median(this.#baselines);
    const secondsMax = secondsPerCase * (each.lasts ?? 1);
    const window = await stage.watch({ name: each.name, seed, secondsMax });
    this.#sinceBaseline += 1;
    const keptBytesMax = each.keptBytesMax ?? 0;
    const memory = stage.isAlive ? { before, after: await settled(stage, before, keptBytesMax) } : null;
    const restart =
      isSpecial && stage.isAlive ? { beforeMs: this.#restartMs, afterMs: await stage.restart() } : null;
    const observed = {
      baselineP99Ms,
      figures: window.figures,
      isAlive: stage.isAlive,
      complaints: stage.takeComplaints(),
      abuserProblem: window.abuserProblem,
      memory: memory === null ? null : { ...memory, keptBytesMax },
      restart,
    };
    const problems = problemsOf(observed, bounds);
    const load = loadavg()[0] ?? 0;
    return { name: each.name, does: each.does, baselineP99Ms, window, memory, restart, problems, load };
  }

  /** The stage that is there, with a baseline that is not long ago, or a fresh one. */
  async #ready(each: AbuseCase): Promise<Stage> {
    if (this.#stage?.isAlive === false) await this.#leaveStage();
    if (this.#restartMs === 0) await this.#measureRestart();
    if (this.#stage === null) {
      this.#stage = await Stage.start(join(this.#dir, 'stage'), each);
      if (each.crowd !== undefined) {
        await this.#stage.addTenants(Array.from({ length: each.crowd }, (_, index) => crowdId(index)));
      }
      this.#sinceBaseline = casesPerBaseline;
    }
    if (this.#sinceBaseline >= casesPerBaseline) await this.#measureBaseline(this.#stage);
    return this.#stage;
  }

  async #measureBaseline(stage: Stage): Promise<void> {
    const { seed, secondsPerCase } = this.#settings;
    const { figures } = await stage.watch({ name: idle.name, seed, secondsMax: Math.min(secondsPerCase, 3) });
    this.#baselines.push(figures.p99Ms);
    if (this.#baselines.length > baselinesKept) this.#baselines.shift();
    this.#sinceBaseline = 0;
    stage.takeComplaints();
  }

  /** The first stage warms the machine's caches up, so that a later one is not quicker for that alone. */
  async #measureRestart(): Promise<void> {
    const stage = await Stage.start(join(this.#dir, 'restart'));
    try {
      await stage.restart();
      this.#restartMs = await stage.restart();
    } finally {
      await stage.close();
    }
  }

  async #leaveStage(): Promise<void> {
    await this.#stage?.close();
    this.#stage = null;
  }
}

/** The memory once it is back, or after a minute as it is then. */
async function settled(stage: Stage, before: Memory, keptBytesMax: number): Promise<Memory> {
  const until = performance.now() + memoryMsMax;
  for (;;) {
    const after = await stage.memory();
    const isBack = memoryProblems({ before, after, keptBytesMax }).length === 0;
    if (isBack || performance.now() > until) return after;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}
