import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface ReachedLimitRow {
  readonly limit: string;
  readonly count: number;
  readonly since: Date;
  readonly lastWindowStart: Date;
}

/** Names of limits are few; this only bounds what a mistaken broker could have written. */
const limitsMax = 100;

@Injectable()
export class ReachedLimitStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** What the cluster met since `from`, the latest first. `since` is that of the latest report on each. */
  async list(clusterId: string, from: Date): Promise<readonly ReachedLimitRow[]> {
    const rows = await this.db.$queryRaw<
      { limit_name: string; count: bigint; since: Date; last_window: Date }[]
    >`
      SELECT limit_name, sum(count)::bigint AS count, max(window_start) AS last_window,
             (array_agg(since ORDER BY window_start DESC, since))[1] AS since
        FROM reached_limits
       WHERE cluster_id = ${clusterId} AND window_start >= ${from}
       GROUP BY limit_name
       ORDER BY last_window DESC, limit_name
       LIMIT ${limitsMax}`;
    return rows.map((row) => ({
      limit: row.limit_name,
      count: Number(row.count),
      since: row.since,
      lastWindowStart: row.last_window,
    }));
  }
}
