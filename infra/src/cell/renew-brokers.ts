import { CellRows } from '../driver/cell-rows.ts';
import { StartError } from '../launcher/settings.ts';
import { comesTrue } from './comes-true.ts';
import type { Operator } from './grow-and-shrink.ts';

const renewMsMax = 600_000;

/**
 * Has the brokers of a further cell started anew, one after the other while every replica is in sync. It only says that
 * this is wanted: the reconciler and the driver go on with it, whoever ends this early. Throws StartError.
 */
export async function renewBrokers({ cell, steps }: Operator, cellId: string): Promise<void> {
  const rows = new CellRows(cell.databaseUrl);
  try {
    if (!(await rows.renew(cellId)))
      throw new StartError(`No further cell ${cellId} runs here: those that do are called cell-…`);
    await steps.run(`renewing the brokers of ${cellId}`, async () => {
      const isDone = async () => (await rows.progress(cellId))?.isSettled !== false;
      if (await comesTrue(isDone, renewMsMax)) return;
      const { problem } = (await rows.progress(cellId)) ?? { problem: null };
      throw new StartError(
        `Not all brokers of ${cellId} are renewed after ${renewMsMax / 60_000} minutes (${problem ?? 'no reason is known'}); that goes on by itself.`,
      );
    });
  } finally {
    await rows.close();
  }
}
