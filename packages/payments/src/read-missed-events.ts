import type { PaymentDeps } from './customer.ts';
import { addEvent, eventsReadUntil, setEventsReadUntil } from './payment.store.ts';
import { customerOf } from './receive-event.ts';

/** Of what is read again each time: an event may come into the list a little after the time that it bears. */
const overlapMs = 600_000;
/** Where nothing was read yet, and no further back than the provider keeps them, which is thirty days. */
const firstMs = 3 * 86_400_000;
const keptMs = 29 * 86_400_000;
/** Of one run; the next goes on behind it. */
const spanMsMax = 86_400_000;
const pageSize = 100;

/**
 * Reads the provider's own list of events, for those that it could not deliver, into what was told; resolves with how many
 * were new. How far it has come moves only once all before it is written down.
 */
export const readMissedEvents = async ({ db, now, provider }: PaymentDeps): Promise<number> => {
  const nowMs = now();
  const readMs = (await eventsReadUntil(db)) ?? nowMs - firstMs;
  const fromMs = Math.max(readMs - overlapMs, nowMs - keptMs);
  const untilMs = Math.min(nowMs, fromMs + overlapMs + spanMsMax);
  const created = { gte: Math.floor(fromMs / 1_000), lte: Math.floor(untilMs / 1_000) };
  let found = 0;
  for await (const event of provider.events.list({ created, limit: pageSize })) {
    const { id, type } = event;
    const customerId = customerOf(event);
    if (customerId !== null && (await addEvent(db, { id, type, customerId }))) found += 1;
  }
  await setEventsReadUntil(db, untilMs);
  return found;
};
