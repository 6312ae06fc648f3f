import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, Prisma } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';
import { isIn, rowsOf } from '../usage/usage.store.ts';
import { type Grain, grainMs, piecesOf } from '../usage/usage-pieces.ts';

export interface MetricsAsked {
  readonly clusterId: string;
  readonly topic: string | undefined;
  readonly meter: string;
  readonly from: Date;
  readonly to: Date;
  readonly bucket: Grain;
  readonly byTopic: boolean;
  readonly byPrincipal: boolean;
  readonly limit: number;
}

export interface MetricsPoint {
  readonly bucket: Date;
  readonly topic: string;
  readonly principal: string;
  readonly quantity: bigint;
}

export interface MinuteSum {
  readonly clusterId: string;
  readonly topic: string;
  readonly meter: string;
  readonly quantity: bigint;
}

/** Reads what is derived of the ledger. Whose cluster it is has been decided before. */
@Injectable()
export class MetricsStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** Sums by bucket, and by topic and principal where asked (else those are empty); newest first. Of whole minutes. */
  async query(asked: MetricsAsked): Promise<readonly MetricsPoint[]> {
    const { bucket, byPrincipal, byTopic, clusterId, from, limit, meter, to, topic } = asked;
    const ofTopic = topic === undefined ? Prisma.empty : Prisma.sql`AND topic = ${topic}`;
    const selects = piecesOf({ from, to }, bucket).map(
      (piece) => Prisma.sql`
        SELECT ${Prisma.raw(piece.grain)} AS at, topic, principal, quantity FROM ${rowsOf(piece)}
         WHERE cluster_id = ${clusterId} AND meter = ${meter} AND ${isIn(piece)} ${ofTopic}`,
    );
    if (selects.length === 0) return [];
    return this.db.$queryRaw<MetricsPoint[]>`
      SELECT date_bin(make_interval(secs => ${grainMs[bucket] / 1000}::float8), at, 'epoch'::timestamptz) AS bucket,
             ${byTopic ? Prisma.sql`topic` : Prisma.sql`''`} AS topic,
             ${byPrincipal ? Prisma.sql`principal` : Prisma.sql`''`} AS principal,
             sum(quantity)::bigint AS quantity
        FROM (${Prisma.join(selects, ' UNION ALL ')}) AS pieces
       GROUP BY 1, 2, 3
       ORDER BY 1 DESC, 4 DESC, 2, 3
       LIMIT ${limit}`;
  }

  /** What clusters used in one minute, by cluster, topic and meter: at most `limit` of them. */
  minute(clusterIds: readonly string[], minute: Date, limit: number): Promise<readonly MinuteSum[]> {
    return this.db.$queryRaw<MinuteSum[]>`
      SELECT cluster_id AS "clusterId", topic, meter, sum(quantity)::bigint AS quantity
        FROM usage_minutes
       WHERE cluster_id = ANY (${[...clusterIds]}) AND minute = ${minute}
       GROUP BY 1, 2, 3
       ORDER BY 1, 2, 3
       LIMIT ${limit}`;
  }
}
