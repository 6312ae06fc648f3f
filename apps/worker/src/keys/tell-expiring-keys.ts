import { tellKeyOwner } from '@weir/mail/key-owner.store';
import type { WorkerDeps } from '../deps.ts';
import { findDueNotices, takeNotice } from './expiring-key.store.ts';

const keysAtOnceMax = 200;

/**
 * Asks for the mail to owners of keys that expire soon, once for each key: that it was asked for and that it is not due
 * any more are one transaction. Returns how many people will be told.
 */
export const tellExpiringKeys = async (deps: WorkerDeps): Promise<number> => {
  const now = deps.clock.now();
  let told = 0;
  for (const id of await findDueNotices(deps.db, now, keysAtOnceMax)) {
    told += await deps.db.$transaction(async (tx) => {
      const key = await takeNotice(tx, id, now);
      return key === null ? 0 : tellKeyOwner(tx, key, 'expires', now);
    });
  }
  return told;
};
