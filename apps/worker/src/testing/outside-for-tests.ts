import type { GuardedFetch } from '@weir/runtime/guarded-fetch';

/** Where a test is about nobody outside. */
export const nobodyOutside: GuardedFetch = Object.assign(
  () => Promise.reject(new Error('nobody is to be asked here')),
  { close: () => Promise.resolve() },
);

/** Where a test is about no domain. */
export const noDns = () => Promise.reject(new Error('DNS is not to be asked here'));
