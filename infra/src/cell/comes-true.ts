import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 200;

/** Whether it does within that time. */
export async function comesTrue(isTrue: () => Promise<boolean>, msMax: number): Promise<boolean> {
  const until = performance.now() + msMax;
  while (!(await isTrue())) {
    if (performance.now() > until) return false;
    await delay(lookEveryMs);
  }
  return true;
}
