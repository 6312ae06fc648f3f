import { Random } from '../abuse/random.ts';
import type { Target } from './target.ts';

/** Cases of one target, by their numbers. */
export interface CaseRange {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

export interface Problem {
  readonly at: number;
  readonly what: string;
}

/** Between looks at what only shows after many cases. */
const casesPerLook = 100;
const problemsMax = 5;
const textMax = 1_500;

/** Numbers of a case of its own, so that each can be tried again without those before it. */
const randomOf = (seed: number, at: number): Random => new Random(Math.imul(seed + 1, 0x9e37_79b1) ^ at);

/** Tries the cases one after the other, until some have gone wrong. `onCase` is told each before it begins. */
export async function tryCases(
  target: Target,
  { seed, from, count }: CaseRange,
  onCase: (at: number) => void,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (let at = from; at < from + count && problems.length < problemsMax; at += 1) {
    onCase(at);
    const what = await attempt(target, randomOf(seed, at));
    if (what !== null) problems.push({ at, what });
    const isLast = at === from + count - 1;
    const seen = isLast || (at - from) % casesPerLook === 0 ? await target.look?.() : null;
    if (seen !== null && seen !== undefined)
      problems.push({ at, what: `after this case or some before: ${seen}` });
  }
  return problems;
}

async function attempt(target: Target, random: Random): Promise<string | null> {
  const beganMs = cpuMs();
  try {
    const what = await target.attempt(random);
    const tookMs = cpuMs() - beganMs;
    if (what !== null) return what.slice(0, textMax);
    if (target.cpuMsMax === null || tookMs <= target.cpuMsMax) return null;
    return `it computed for ${Math.round(tookMs)} ms`;
  } catch (cause) {
    return (cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)).slice(0, textMax);
  }
}

/** Of this thread: how busy the machine is with others does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
