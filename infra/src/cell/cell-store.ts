import { reach } from '@weir/postgres/reach';
import type pg from 'pg';
import { cellSchema } from '../launcher/stores.ts';

/** A broker as the cell's store knows it. */
export interface BrokerState {
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** Null: it did not say. */
  readonly programVersion: string | null;
  readonly bootEpoch: number;
  readonly isFenced: boolean;
  /** Nothing new is placed on it. */
  readonly isCordoned: boolean;
  /** For how long its lease lasts from now, by the store's clock; 0: it has run out. */
  readonly leaseMs: number;
  readonly leads: number;
  readonly holds: number;
}

export interface PartitionCounts {
  readonly all: number;
  /** Fewer are in sync than there are replicas. */
  readonly underReplicated: number;
  readonly leaderless: number;
  /** Their replicas are on their way to other brokers. */
  readonly reassigning: number;
}

const queryMsMax = 8000;

/**
 * What an operator asks of a whole cell at once, counted where it lies: brokers read change by change instead, by
 * way of packages/metadata-store. It only reads; what is changed goes that way too.
 */
export class CellStore {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<CellStore> {
    const bare = new URL(url);
    bare.searchParams.delete('schema');
    const { connectionString, Client } = reach(bare.href);
    const client = new Client({
      connectionString,
      connectionTimeoutMillis: queryMsMax,
      query_timeout: queryMsMax,
    });
    client.on('error', () => undefined); // The next question rejects with it.
    await client.connect();
    await client.query(`SET search_path TO ${cellSchema}`);
    return new CellStore(client);
  }

  /** By id. */
  async brokers(): Promise<readonly BrokerState[]> {
    const { rows } = await this.#client.query<BrokerState>(
      `SELECT b.broker_id AS "brokerId", host, port, rack, program_version AS "programVersion", b.boot_epoch AS "bootEpoch",
         is_fenced AS "isFenced", is_cordoned AS "isCordoned",
         greatest(0, extract(epoch FROM lease_until - clock_timestamp())::float8 * 1000) AS "leaseMs",
         (SELECT count(*)::int FROM partitions WHERE leader = b.broker_id) AS leads,
         (SELECT count(*)::int FROM partitions WHERE b.broker_id = ANY (replicas)) AS holds
       FROM brokers b LEFT JOIN broker_leases l USING (broker_id) ORDER BY b.broker_id`,
    );
    return rows;
  }

  async partitions(): Promise<PartitionCounts> {
    const { rows } = await this.#client.query<PartitionCounts>(
      `SELECT count(*)::int AS "all",
         (count(*) FILTER (WHERE cardinality(isr) < cardinality(replicas)))::int AS "underReplicated",
         (count(*) FILTER (WHERE leader = -1))::int AS leaderless,
         (count(*) FILTER (WHERE cardinality(target_replicas) > 0))::int AS reassigning
       FROM partitions`,
    );
    const [counts] = rows;
    if (counts === undefined) throw new Error('a count has no row');
    return counts;
  }

  /** Partitions of which one of these brokers is a replica and not in sync. */
  async behind(brokerIds: readonly number[]): Promise<number> {
    const { rows } = await this.#client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM partitions WHERE EXISTS (
         SELECT 1 FROM unnest(replicas) replica WHERE replica = ANY ($1) AND NOT replica = ANY (isr))`,
      [brokerIds],
    );
    return rows[0]?.count ?? 0;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
