import { randomInt } from 'node:crypto';
import { schemaOfCell } from '@weir/db/cell-schema';
import { reach } from '@weir/postgres/reach';
import pg from 'pg';
import { controlSchema } from '../launcher/stores.ts';

/** A broker of a further cell, as it is wanted. */
export interface WantedBroker {
  readonly brokerId: number;
  readonly cellId: string;
  /** Its zone, from 1. */
  readonly rack: number;
  /** Null: it has none yet. */
  readonly port: number | null;
  /** GONE: it is to be ended, and everything of it removed. */
  readonly wanted: 'RUN' | 'GONE';
  /** A higher one than it was started for: it is to be started anew. */
  readonly generation: number;
  /** What was told of it last. */
  readonly runningGeneration: number | null;
  readonly problem: string | null;
}

/** A further cell: not the one whose brokers the launcher runs by its settings. */
export interface WantedCell {
  readonly cellId: string;
  readonly schema: string;
  readonly brokersWanted: number;
  readonly isLeaving: boolean;
  /** Its brokers do not run, and all that they hold stays. */
  readonly isStopped: boolean;
  readonly hasStore: boolean;
  readonly brokers: readonly WantedBroker[];
}

const queryMsMax = 8000;
/** What is longer is cut by whoever tells it. */
export const problemLengthMax = 500;
/** SQLSTATE of a unique constraint that refused a row. */
const uniqueViolation = '23505';

const idLength = 10;

/** As the API makes them. The table's key refuses the rare repetition. */
function newCellId(): string {
  const letter = () => 'abcdefghijklmnopqrstuvwxyz0123456789'.charAt(randomInt(36));
  return `cell-${Array.from({ length: idLength }, letter).join('')}`;
}

type CellRow = Omit<WantedCell, 'brokers' | 'schema'>;

/**
 * What is wanted of further cells, and what whoever runs their brokers tells of them: the part of the control store that
 * a driver shares with the reconciler (prisma/control/cells.prisma). A connection that breaks is made again.
 */
export class CellRows {
  readonly #pool: pg.Pool;

  constructor(url: string) {
    const bare = new URL(url);
    bare.searchParams.delete('schema');
    this.#pool = new pg.Pool({
      ...reach(bare.href),
      options: `-c search_path=${controlSchema}`,
      connectionTimeoutMillis: queryMsMax,
      query_timeout: queryMsMax,
      max: 2,
    });
    this.#pool.on('error', () => undefined); // The next question makes a connection, or rejects.
  }

  async read(): Promise<readonly WantedCell[]> {
    const cells = await this.#pool.query<CellRow>(
      `SELECT id AS "cellId", brokers_wanted AS "brokersWanted", state = 'LEAVING' AS "isLeaving",
         state = 'STOPPED' AS "isStopped", has_store AS "hasStore"
       FROM cells WHERE brokers_wanted IS NOT NULL ORDER BY id`,
    );
    const brokers = await this.#pool.query<WantedBroker>(
      `SELECT broker_id AS "brokerId", cell_id AS "cellId", rack, port, wanted, generation,
         running_generation AS "runningGeneration", problem
       FROM cell_brokers ORDER BY broker_id`,
    );
    const ofCell = Map.groupBy(brokers.rows, ({ cellId }) => cellId);
    return cells.rows.map((cell) => ({
      ...cell,
      schema: schemaOfCell(cell.cellId),
      brokers: ofCell.get(cell.cellId) ?? [],
    }));
  }

  /**
   * From now on clusters are placed on as many shared cells as that beside the installation's own: what is missing is
   * made, and what is too many takes no more clusters and keeps those that it has. The oldest count first.
   */
  async wantShared(count: number): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('shared cells', 3))`);
      const { rows } = await client.query<{ id: string }>(
        `SELECT id FROM cells WHERE kind = 'shared' AND brokers_wanted IS NOT NULL AND state IN ('OPEN', 'DRAINING')
         ORDER BY created_at, id`,
      );
      const ids = rows.map(({ id }) => id);
      await client.query(
        `UPDATE cells SET state = CASE WHEN id = ANY ($1) THEN 'OPEN' ELSE 'DRAINING' END, updated_at = now()
         WHERE id = ANY ($2)`,
        [ids.slice(0, count), ids],
      );
      for (let made = ids.length; made < count; made += 1) {
        await client.query(
          `INSERT INTO cells (id, kind, cloud, region, state, brokers_wanted, updated_at)
           VALUES ($1, 'shared', 'LOCAL', 'local', 'OPEN', 1, now())`,
          [newCellId()],
        );
      }
      await client.query('COMMIT');
    } catch (cause) {
      await client.query('ROLLBACK').catch(() => undefined); // The cause says what went wrong.
      throw cause;
    } finally {
      client.release();
    }
  }

  async setHasStore(cellId: string, hasStore: boolean): Promise<void> {
    await this.#pool.query('UPDATE cells SET has_store = $2, updated_at = now() WHERE id = $1', [
      cellId,
      hasStore,
    ]);
  }

  /** False: another broker has that port. */
  async takePort(brokerId: number, port: number): Promise<boolean> {
    try {
      const text =
        'UPDATE cell_brokers SET port = $2, updated_at = now() WHERE broker_id = $1 AND port IS NULL';
      await this.#pool.query(text, [brokerId, port]);
      return true;
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === uniqueViolation) return false;
      throw cause;
    }
  }

  /** It runs, for what was wanted then; or does not, for this reason. */
  async tell(brokerId: number, generation: number | null, problem: string | null): Promise<void> {
    await this.#pool.query(
      `UPDATE cell_brokers SET running_generation = $2, problem = $3, updated_at = now() WHERE broker_id = $1`,
      [brokerId, generation, problem],
    );
  }

  /** Its brokers are to be started anew. False: there is no such cell whose brokers run. */
  async renew(cellId: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `UPDATE cells SET generation = generation + 1, is_settled = false, updated_at = now()
       WHERE id = $1 AND brokers_wanted IS NOT NULL AND state IN ('OPEN', 'DRAINING')`,
      [cellId],
    );
    return rowCount === 1;
  }

  /** How far the cell is from what is wanted of it; null: there is none. */
  async progress(cellId: string): Promise<{ isSettled: boolean; problem: string | null } | null> {
    const { rows } = await this.#pool.query<{ isSettled: boolean; problem: string | null }>(
      'SELECT is_settled AS "isSettled", problem FROM cells WHERE id = $1',
      [cellId],
    );
    return rows[0] ?? null;
  }

  /** The last that is done of one that is to be gone: until then it is found again. */
  async removeBroker(brokerId: number): Promise<void> {
    await this.#pool.query(`DELETE FROM cell_brokers WHERE broker_id = $1 AND wanted = 'GONE'`, [brokerId]);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
