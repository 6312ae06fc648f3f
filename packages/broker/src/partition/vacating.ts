import type { Log } from '../deps.ts';

/** Directories of replicas that are no longer here, on their way out: nothing opens a log in one meanwhile. */
export class Vacating {
  readonly #log: Log;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Does the work once what was under way in that directory is over. Never rejects: what fails is told in the log. */
  vacate(dir: string, work: () => Promise<void>): Promise<void> {
    const done: Promise<void> = (this.#underWay.get(dir) ?? Promise.resolve()).then(work).then(
      () => this.#over(dir, done),
      (cause: unknown) => {
        this.#over(dir, done);
        this.#log.error('partition.removal.failed', { dir }, cause);
      },
    );
    this.#underWay.set(dir, done);
    return done;
  }

  #over(dir: string, done: Promise<void>): void {
    if (this.#underWay.get(dir) === done) this.#underWay.delete(dir);
  }

  /** Until the directory is free. */
  async whenFree(dir: string): Promise<void> {
    await this.#underWay.get(dir);
  }

  /** Until all are. */
  async whenAllFree(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }
}
