import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Call } from './call.ts';

/** Carries what a change came to out of the transaction that it undoes. */
class Undone<T> extends Error {
  override readonly name = 'Undone';
  readonly value: T;

  constructor(value: T) {
    super('a dry run is undone');
    this.value = value;
  }
}

/**
 * Runs a change in a transaction. A dry run does all of it, so that it refuses what the change would be refused for and
 * answers what it would come to, and then undoes it; it uses no Idempotency-Key up.
 */
export const changeOrTry = async <T>(
  db: ControlDb,
  call: Call,
  dryRun: boolean,
  change: (tx: ControlTx, call: Call) => Promise<T>,
): Promise<T> => {
  if (!dryRun) return db.$transaction((tx) => change(tx, call));
  try {
    return await db.$transaction(async (tx): Promise<T> => {
      throw new Undone(await change(tx, { ...call, idempotency: null }));
    });
  } catch (cause) {
    // Only the one above is thrown here, and it holds what `change` returned.
    if (cause instanceof Undone) return cause.value as T;
    throw cause;
  }
};
