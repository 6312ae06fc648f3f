import type { Clock } from '../deps.ts';

/** The process's own time. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  workedMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  },
  after(ms, call) {
    // Node takes longer delays than 2³¹−1 ms for one of 1 ms.
    const timer = setTimeout(call, Math.min(ms, 0x7fff_ffff));
    return { cancel: () => clearTimeout(timer) };
  },
  soon(call) {
    setImmediate(call);
  },
  settled(call) {
    // Node runs its ticks when no microtask is left.
    queueMicrotask(() => process.nextTick(call));
  },
};
