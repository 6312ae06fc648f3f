import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, Prisma } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface MetricsAsked {
  readonly clusterId: string;
  readonly topic: string | undefined;
  readonly meter: string;
  readonly from: Date;
  readonly to: Date;
  readonly bucketMs: number;
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

/** Reads the derived minutes. Whose cluster it is has been decided before. */
@Injectable()
export class MetricsStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** Sums by bucket, and by topic and principal where asked (else those are empty); newest first. */
  query(asked: MetricsAsked): Promise<readonly MetricsPoint[]> {
    const { clusterId, topic, meter, from, to, bucketMs, byTopic, byPrincipal, limit } = asked;
    return this.db.$queryRaw<MetricsPoint[]>`
      SELECT date_bin(make_interval(secs => ${bucketMs / 1000}::float8), minute, 'epoch'::timestamptz) AS bucket,
             ${byTopic ? Prisma.sql`topic` : Prisma.sql`''`} AS topic,
             ${byPrincipal ? Prisma.sql`principal` : Prisma.sql`''`} AS principal,
             sum(quantity)::bigint AS quantity
        FROM usage_minutes
       WHERE cluster_id = ${clusterId} AND meter = ${meter} AND minute >= ${from} AND minute < ${to}
             ${topic === undefined ? Prisma.empty : Prisma.sql`AND topic = ${topic}`}
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
