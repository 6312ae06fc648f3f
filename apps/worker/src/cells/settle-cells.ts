import { findUnsettled } from '@weir/provisioning/cell.store';
import { settleCell } from '@weir/provisioning/settle-cell';
import type { WorkerDeps } from '../deps.ts';

/** At a time: each reads its whole cell. */
const cellsAtOnce = 20;

/**
 * Takes each cell of which something is to be done a step on. What that is stands in Postgres alone, so it goes on
 * whatever was killed, and whatever the queue has lost. One cell that fails keeps no other from its turn.
 */
export const settleCells = async (deps: WorkerDeps): Promise<void> => {
  const { brokerHost, cells, clock, db, logger } = deps;
  const now = () => clock.now();
  const cellIds = await findUnsettled(db, cellsAtOnce);
  await Promise.all(
    cellIds.map(async (cellId) => {
      try {
        const why = await settleCell({ brokerHost, cells, db, now }, cellId);
        if (why === null) logger.info({ cellId }, 'a cell is as it is wanted');
      } catch (cause) {
        logger.warn({ err: cause, cellId }, 'a cell could not be taken further for now');
      }
    }),
  );
};
