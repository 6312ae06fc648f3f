import type { World } from './world.ts';

/** When simulated time begins, as a client's clock would tell it, milliseconds. */
export const epochMs = 1_800_000_000_000;

/** The time of day as the broker's machine tells it: somebody may set it, apart from all that is timed. */
export class WallClock {
  private readonly world: World;
  private offsetMs = 0;
  /** The latest that it has ever told. */
  latestMs = epochMs;

  constructor(world: World) {
    this.world = world;
  }

  now(): number {
    const now = epochMs + Math.floor(this.world.now) + this.offsetMs;
    this.latestMs = Math.max(this.latestMs, now);
    return now;
  }

  /** Sets it to another time, forward or back by so much. */
  step(ms: number): void {
    this.offsetMs += ms;
  }
}
