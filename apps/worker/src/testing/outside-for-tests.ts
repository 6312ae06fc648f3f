import type { GuardedFetch } from '@weir/runtime/guarded-fetch';

/** Where a test is about nobody outside. */
export const nobodyOutside: GuardedFetch = Object.assign(
  () => Promise.reject(new Error('nobody is to be asked here')),
  { close: () => Promise.resolve() },
);
