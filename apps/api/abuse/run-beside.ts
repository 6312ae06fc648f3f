import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { answerMsMax } from './ask.ts';
import { type Attack, type Outcome, quietAddress, type Scene } from './attack.ts';
import { type Figures, figuresOf, gapMsMax, type Sample, slowedKinds } from './figures.ts';
import type { Report, Person as Told } from './quiet-deeds.ts';

/** What is left of an attack after its time, before the next begins. */
const pauseMs = 1_000;

export interface Result {
  readonly name: string;
  readonly over: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly beside: Figures;
  /** What the quiet person felt of it beyond the rule. */
  readonly slowed: readonly string[];
  /** Of the product's processes in that time, as shares of one processor. */
  readonly ran: number;
  readonly waited: number;
  /** Processes and their logs. */
  readonly product: readonly string[];
}

/** The person who is to notice nothing, at work in a process of his own. */
export class QuietPerson {
  readonly #child: ChildProcess;
  readonly #samples: Sample[] = [];
  #answeredUntilMs = 0;
  #alone: readonly Sample[] = [];

  constructor({ product, quiet }: Scene) {
    const told: Told = {
      consolePort: product.ports.console,
      from: quietAddress,
      cookie: quiet.cookie,
      clusterId: quiet.clusterId,
      topicName: quiet.topicName,
      email: quiet.email,
      password: quiet.password,
    };
    this.#child = fork(fileURLToPath(new URL('./quiet-person.ts', import.meta.url)), [JSON.stringify(told)]);
    // What our own process sends; it is of this type there.
    this.#child.on('message', (message) => {
      const { sample, answeredUntilMs } = message as Report;
      this.#samples.push(sample);
      this.#answeredUntilMs = answeredUntilMs;
    });
  }

  /** What he did that was due in the last time, all of it answered. */
  async during(work: () => Promise<unknown>): Promise<readonly Sample[]> {
    const begunMs = Date.now();
    await work();
    const endedMs = Date.now();
    await wait(pauseMs);
    const due = () => this.#samples.filter(({ dueMs }) => dueMs >= begunMs && dueMs < endedMs);
    // What has no answer has one after the person's patience at the latest, which is an error then.
    const isQuietYet = () => this.#answeredUntilMs >= endedMs;
    for (let waitedMs = 0; !isQuietYet() && waitedMs < answerMsMax + 2_000; waitedMs += 100) await wait(100);
    return due();
  }

  /** Measured while the abuser idles. */
  async alone(seconds: number): Promise<Figures> {
    this.#alone = await this.during(() => wait(seconds * 1_000));
    return figuresOf(this.#alone);
  }

  async beside(attack: Attack, scene: Scene, seconds: number): Promise<Result> {
    const signal = AbortSignal.timeout((attack.isWhole ? 30 : 1) * seconds * 1_000);
    const begunMs = performance.now();
    const before = scene.product.processorTime();
    let outcome: Outcome = { tried: 0, problems: [] };
    const samples = await this.during(async () => {
      outcome = await attack.run(scene, signal).catch((cause: unknown) => ({
        tried: 0,
        problems: [`the attack itself failed: ${String(cause)}`],
      }));
    });
    const after = scene.product.processorTime();
    const tookMs = performance.now() - begunMs;
    const beside = figuresOf(samples);
    const gap = beside.longestMs > gapMsMax ? [`a gap of ${beside.longestMs.toFixed(0)} ms`] : [];
    return {
      name: attack.name,
      over: attack.over,
      outcome,
      seconds: (tookMs - pauseMs) / 1_000,
      ran: (after.ranMs - before.ranMs) / tookMs,
      waited: (after.waitedMs - before.waitedMs) / tookMs,
      beside,
      slowed: [...slowedKinds(this.#alone, samples), ...gap],
      product: scene.product.problems(),
    };
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
