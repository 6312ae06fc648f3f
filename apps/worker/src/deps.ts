import type { ControlDb } from '@weir/db/control';
import type { Cells } from '@weir/provisioning/cells';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';

/** What handlers may touch outside themselves. */
export interface WorkerDeps {
  readonly db: ControlDb;
  readonly cells: Cells;
  readonly clock: Clock;
  readonly logger: Logger;
}
