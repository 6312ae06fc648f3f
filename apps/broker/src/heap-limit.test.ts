import { execFileSync } from 'node:child_process';
import { planMemory } from '@weir/runtime/memory-plan';
import { expect, test } from 'vitest';
import { heapLimitProblem } from './heap-limit.ts';

/** What V8 says of a process with that flag. */
function limitWith(flag: string): number {
  const script = 'process.stdout.write(String(require("node:v8").getHeapStatistics().heap_size_limit))';
  return Number(execFileSync(process.execPath, [flag, '-e', script], { encoding: 'utf8' }));
}

test('a process with the planned flag has nothing to complain of, one with a larger heap says what to do', () => {
  const plan = planMemory(2_048);
  expect(heapLimitProblem(plan, limitWith(`--max-old-space-size=${plan.heapMb}`))).toBeNull();
  const problem = heapLimitProblem(plan, limitWith(`--max-old-space-size=${plan.heapMb + 1_000}`));
  expect(problem).toContain(`--max-old-space-size=${plan.heapMb}`);
});
