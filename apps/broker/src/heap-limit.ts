import type { MemoryPlan } from '@weir/runtime/memory-plan';

/** Young objects and V8's own come on top of the old space that the flag bounds. */
const besideOldSpaceMb = 256;

/** What to say when the process was started with room for a larger heap than planned; a running one cannot change it. */
export function heapLimitProblem(plan: MemoryPlan, heapLimitBytes: number): string | null {
  const limitMb = Math.floor(heapLimitBytes / (1024 * 1024));
  if (limitMb <= plan.heapMb + besideOldSpaceMb) return null;
  return `The heap may grow to ${limitMb} MiB where ${plan.heapMb} are planned: start the broker with --max-old-space-size=${plan.heapMb}.`;
}
