/** Where lines go; a terminal can also take lines back. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 90;
const nameWidth = 26;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

interface Running {
  readonly name: string;
  readonly startedMs: number;
}

/**
 * Shows what is being done and how long it took. In a terminal the running steps stand below the finished
 * ones and count up in place; elsewhere each step is one plain line when it is done.
 */
export class Steps {
  readonly #output: Output;
  readonly #running = new Set<Running>();
  #drawnLines = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Runs `work` as a step. `work` may return a remark that stands behind the time. */
  async run<T>(name: string, work: () => Promise<T>, remark?: (value: T) => string | null): Promise<T> {
    const step = { name, startedMs: performance.now() };
    this.#running.add(step);
    this.#animate();
    try {
      const value = await work();
      const note = remark?.(value) ?? null;
      this.#finish(step, '✓', note === null ? '' : `  ${note}`);
      return value;
    } catch (error) {
      this.#finish(step, '✗', '');
      throw error;
    }
  }

  /** A line above the running steps. */
  say(line: string): void {
    this.#redraw(`${line}\n`);
  }

  #finish(step: Running, mark: string, note: string): void {
    this.#running.delete(step);
    if (this.#running.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    const took = seconds(performance.now() - step.startedMs).padStart(8);
    this.say(`${mark} ${step.name.padEnd(nameWidth)}${took}${note}`);
  }

  #animate(): void {
    if (this.#output.isTTY !== true) return;
    this.#redraw('');
    this.#timer ??= setInterval(() => {
      this.#frame += 1;
      this.#redraw('');
    }, frameMs);
  }

  /** Takes back the running steps, writes, and draws them again below: in one piece, so that nothing flickers. */
  #redraw(text: string): void {
    const erase = this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A\u001b[J` : '';
    const running = this.#output.isTTY === true ? [...this.#running] : [];
    const frame = frames[this.#frame % frames.length];
    const drawn = running.map((step) => {
      const took = seconds(performance.now() - step.startedMs).padStart(8);
      return `${frame} ${step.name.padEnd(nameWidth)}${took}\n`;
    });
    this.#drawnLines = drawn.length;
    this.#output.write(`${erase}${text}${drawn.join('')}`);
  }
}
