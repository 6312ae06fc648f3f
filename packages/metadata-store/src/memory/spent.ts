import { staleBrokerEpoch } from '../broker-rules.ts';
import type { BrokerLifeId, Result } from '../port.ts';
import { checkSpent, type Spent, type SpentElsewhere } from '../restraints.ts';
import type { CellState } from './cell-state.ts';

/** What lives of brokers have told of limits on spending. It outlasts no process. */
export class SpentByBrokers {
  /** By limit, then by life. */
  readonly #rows = new Map<string, Map<string, SpentElsewhere>>();

  share(
    state: CellState,
    { bootEpoch, brokerId }: BrokerLifeId,
    told: readonly Spent[],
  ): Result<readonly SpentElsewhere[], 'STALE_BROKER_EPOCH'> {
    checkSpent(told);
    if (state.brokers.get(brokerId)?.bootEpoch !== bootEpoch) return staleBrokerEpoch(brokerId);
    const life = `${brokerId} ${bootEpoch}`;
    for (const { limitId, windows } of told) {
      const rows = this.#rows.get(limitId) ?? new Map<string, SpentElsewhere>();
      if (windows.length === 0) rows.delete(life);
      else rows.set(life, { brokerId, limitId, windows: structuredClone(windows) });
      if (rows.size === 0) this.#rows.delete(limitId);
      else this.#rows.set(limitId, rows);
    }
    const others = told.flatMap(({ limitId }) =>
      [...(this.#rows.get(limitId) ?? [])].filter(([key]) => key !== life).map(([, row]) => row),
    );
    return { ok: true, value: others };
  }
}
