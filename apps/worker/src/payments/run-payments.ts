import { readMissedEvents } from '@weir/payments/read-missed-events';
import { collectInvoices, settleEvents, turnStandings } from '@weir/payments/run-payments';
import type { WorkerDeps } from '../deps.ts';

type Deps = Pick<WorkerDeps, 'clock' | 'db' | 'logger' | 'payments'>;

const onFailure =
  ({ logger }: Deps) =>
  (cause: unknown, about: object): void =>
    logger.error({ err: cause, ...about }, 'a payment could not be taken on; it is tried again');

/** Charges what is due. Nothing where payment is off. */
export const chargeInvoices = async (deps: Deps): Promise<void> => {
  const { clock, db, payments } = deps;
  if (payments === null) return;
  await collectInvoices({ db, ...payments, now: () => clock.now() }, onFailure(deps));
  await turnStandings(db, clock.now());
};

/** Reads what the payment provider has told of. */
export const readToldCustomers = async (deps: Deps): Promise<void> => {
  const { clock, db, payments } = deps;
  if (payments === null) return;
  await settleEvents({ db, ...payments, now: () => clock.now() }, onFailure(deps));
};

/** Looks whether something was told that did not arrive; it is read like what did. */
export const readMissed = async ({ clock, db, logger, payments }: Deps): Promise<void> => {
  if (payments === null) return;
  const found = await readMissedEvents({ db, ...payments, now: () => clock.now() });
  if (found > 0)
    logger.warn({ found }, 'the payment provider could not deliver events; they were read from it');
};
