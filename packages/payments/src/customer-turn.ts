import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { startPeriodic } from '@weir/runtime/periodic';

/** Milliseconds, all of them. */
export interface TurnTimes {
  /** A turn that is not renewed for so long is somebody else's to take. */
  readonly heldMsMax: number;
  /** How long others are waited for. */
  readonly waitMsMax: number;
}

export const usualTurns: TurnTimes = { heldMsMax: 30_000, waitMsMax: 60_000 };
const lookAgainMs = { first: 20, max: 500 };

/** Somebody else asks about this customer for longer than one waits. */
export class CustomerBusy extends Error {
  override readonly name = 'CustomerBusy';
}

/** The turn has become somebody else's: what was found out in it is old, and is not written down. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost';
}

/** To ask the provider about a customer, as long as it lasts. */
export interface CustomerTurn {
  /** Notes what was found out, in one transaction. Throws TurnLost. */
  write<T>(work: (tx: ControlTx) => Promise<T>): Promise<T>;
}

/**
 * Of one customer one thing at a time is asked and noted, whoever does it: what is read of it cannot be older than what
 * somebody else has written meanwhile. No connection to the database is held while the provider takes its time, and a turn
 * whose holder died passes on. Throws CustomerBusy.
 */
export const withCustomer = async <T>(
  db: ControlDb,
  organizationId: string,
  work: (turn: CustomerTurn) => Promise<T>,
  times: TurnTimes = usualTurns,
): Promise<T> => {
  const holder = randomUUID();
  await take(db, organizationId, holder, times);
  const stop = startPeriodic(
    times.heldMsMax / 3,
    () => renew(db, organizationId, holder, times),
    // The next may succeed; if none does, the turn is lost, which `write` finds out.
    () => undefined,
  );
  try {
    return await work({
      write: (note) =>
        db.$transaction(async (tx) => {
          const held = await tx.$queryRaw<unknown[]>`
            SELECT 1 FROM payment_turns
             WHERE organization_id = ${organizationId}::uuid AND holder = ${holder}::uuid FOR UPDATE`;
          if (held.length === 0) throw new TurnLost(`another process asks about ${organizationId} by now`);
          return note(tx);
        }),
    });
  } finally {
    await stop();
    await db.paymentTurn.deleteMany({ where: { organizationId, holder } });
  }
};

const take = async (
  db: ControlDb,
  organizationId: string,
  holder: string,
  { heldMsMax, waitMsMax }: TurnTimes,
): Promise<void> => {
  const endMs = performance.now() + waitMsMax;
  for (let waitMs = lookAgainMs.first; ; waitMs = Math.min(2 * waitMs, lookAgainMs.max)) {
    const taken = await db.$executeRaw`
      INSERT INTO payment_turns AS turn (organization_id, holder, until)
      VALUES (${organizationId}::uuid, ${holder}::uuid, now() + ${heldMsMax} * interval '1 millisecond')
      ON CONFLICT (organization_id) DO UPDATE SET holder = EXCLUDED.holder, until = EXCLUDED.until
       WHERE turn.until < now()`;
    if (taken > 0) return;
    if (performance.now() > endMs) throw new CustomerBusy(`another process asks about ${organizationId}`);
    await delay(waitMs);
  }
};

const renew = async (
  db: ControlDb,
  organizationId: string,
  holder: string,
  { heldMsMax }: TurnTimes,
): Promise<void> => {
  await db.$executeRaw`
    UPDATE payment_turns SET until = now() + ${heldMsMax} * interval '1 millisecond'
     WHERE organization_id = ${organizationId}::uuid AND holder = ${holder}::uuid`;
};
