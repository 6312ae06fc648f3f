interface Step {
  readonly atMs: number;
  readonly value: number;
}

/** What only ever grows, by place, and since when it was how high. */
export class Floors {
  private readonly steps = new Map<string, Step[]>();

  raise(place: string, value: number, atMs: number): void {
    const steps = this.steps.get(place) ?? [];
    this.steps.set(place, steps);
    if (value > (steps.at(-1)?.value ?? -1)) steps.push({ atMs, value });
  }

  /** As it was known at that moment; −1: nothing was. */
  of(place: string, atMs: number): number {
    return this.steps.get(place)?.findLast((step) => step.atMs <= atMs)?.value ?? -1;
  }
}
