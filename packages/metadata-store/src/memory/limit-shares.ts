import { staleBrokerEpoch } from '../broker-rules.ts';
import { checkTold, decideShares, type HeldShares, sharesOf } from '../limit-shares.ts';
import type { BrokerLifeId, LimitShares, Result, ToldUse } from '../port.ts';
import type { CellState } from './cell-state.ts';

interface Row extends HeldShares {
  readonly bootEpoch: number;
}

/** What brokers hold of the limits of clusters. It is for the lives of brokers, and outlasts no process. */
export class SharedOut {
  /** By cluster, then by broker. */
  readonly #rows = new Map<string, Map<number, Row>>();

  share(
    state: CellState,
    life: BrokerLifeId,
    told: readonly ToldUse[],
  ): Result<readonly LimitShares[], 'STALE_BROKER_EPOCH'> {
    checkTold(told);
    const { brokerId, bootEpoch } = life;
    if (state.brokers.get(brokerId)?.bootEpoch !== bootEpoch) return staleBrokerEpoch(brokerId);
    this.#forgetGone(state);
    const isCounted = (row: Row) => {
      const broker = state.brokers.get(row.brokerId);
      return broker?.bootEpoch === row.bootEpoch && (!broker.isFenced || row.brokerId === brokerId);
    };
    const brokers = new Set([brokerId]);
    for (const broker of state.brokers.values()) if (!broker.isFenced) brokers.add(broker.brokerId);
    const rowsOf = (clusterId: string) => {
      const counted = [...(this.#rows.get(clusterId)?.values() ?? [])].filter(isCounted);
      const own = counted.find((row) => row.brokerId === brokerId) ?? null;
      return { own, others: counted.filter((row) => row !== own) };
    };
    for (const use of told) {
      const cluster = state.clusters.get(use.clusterId);
      if (cluster === undefined) continue;
      const { limits, clientQuotas = [] } = cluster;
      const facts = { limits, clientQuotas, brokers: brokers.size };
      const held = decideShares(use, { ...facts, ...rowsOf(use.clusterId) });
      const rows = this.#rows.get(use.clusterId) ?? new Map<number, Row>();
      if (held === null) rows.delete(brokerId);
      else this.#rows.set(use.clusterId, rows.set(brokerId, { brokerId, bootEpoch, held }));
    }
    const answers: LimitShares[] = [];
    for (const clusterId of this.#rows.keys()) {
      const { own, others } = rowsOf(clusterId);
      if (own !== null || others.length > 0) answers.push(sharesOf(clusterId, own, others));
    }
    return { ok: true, value: answers };
  }

  #forgetGone(state: CellState): void {
    for (const [clusterId, rows] of this.#rows)
      if (rows.size === 0 || !state.clusters.has(clusterId)) this.#rows.delete(clusterId);
  }
}
