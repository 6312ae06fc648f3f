import type { WorkerDeps } from '../deps.ts';
import { type SettledSpending, settleSpending } from './settle-spending.ts';
import { tellLifted, tellSpending } from './tell-spending.ts';

/** Brokers first, and then people. */
export const runSpending = async (deps: WorkerDeps, settled: SettledSpending): Promise<void> => {
  await settleSpending(deps, settled);
  await tellSpending(deps);
  await tellLifted(deps);
};
