import { periodOf } from '@weir/billing/period';
import { reachedLimitHoursMax } from '@weir/contracts/clusters';
import { pruneMails } from '@weir/mail/mail.store';
import { pruneOutbox } from '@weir/provisioning/outbox.store';
import type { WorkerDeps } from '../deps.ts';
import { pruneDeliveries } from '../webhooks/delivery.store.ts';
import {
  pruneIdempotencyKeys,
  prunePaymentEvents,
  pruneReachedLimits,
  pruneScoped,
  pruneSessions,
} from './retention.store.ts';

const dayMs = 24 * 3_600_000;
/** Far longer than any client repeats a request. */
const keptMs = 7 * dayMs;
/** The provider repeats what was not taken for three days, and lists what it told for thirty. */
const paymentEventsKeptMs = 40 * dayMs;
/** As long as an owner sees them. */
const deliveriesKeptMs = 30 * dayMs;
/** As far back as an owner may look. */
const reachedLimitsKeptMs = reachedLimitHoursMax * 3_600_000;

/** Removes what nobody will ask for again. */
export const prune = async (deps: WorkerDeps): Promise<void> => {
  const now = deps.clock.now();
  const outbox = await pruneOutbox(deps.db, now - keptMs);
  const idempotencyKeys = await pruneIdempotencyKeys(deps.db, now - keptMs);
  const sessions = await pruneSessions(deps.db, now);
  const reachedLimits = await pruneReachedLimits(deps.db, now - reachedLimitsKeptMs);
  const mails = await pruneMails(deps.db, now - keptMs);
  const paymentEvents = await prunePaymentEvents(deps.db, now - paymentEventsKeptMs);
  const deliveries = await pruneDeliveries(deps.db, now - deliveriesKeptMs);
  // What is spent of them in the running month is still to be seen.
  const month = periodOf(now).fromMs;
  const limits = await pruneScoped(deps.db, 'limits', month);
  const budgets = await pruneScoped(deps.db, 'budgets', month);
  deps.logger.info(
    { limits, budgets, deliveries, paymentEvents, outbox, idempotencyKeys, sessions, reachedLimits, mails },
    'pruned',
  );
};
