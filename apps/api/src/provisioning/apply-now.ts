import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { ApplyError, applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import type { Cells } from '@weir/provisioning/cells';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import { CELLS, CLOCK, CONTROL_DB, LOGGER } from '../platform/tokens.ts';

/** Applies an intent to its cell within the request that wrote it, so that its effect is there with the reply. */
@Injectable()
export class ApplyNow {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CELLS) private readonly cells: Cells,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** False if the cell did not take it for now: the outbox entry stays, and the worker applies it. */
  async run(outboxId: bigint): Promise<boolean> {
    try {
      const deps = { db: this.db, cells: this.cells, now: () => this.clock.now() };
      await applyOutboxEntry(deps, outboxId);
      return true;
    } catch (cause) {
      if (!(cause instanceof ApplyError)) throw cause;
      this.logger.warn(
        { err: cause, outboxId: String(outboxId) },
        'left to the worker: the cell did not answer',
      );
      return false;
    }
  }
}
