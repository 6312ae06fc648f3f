import pg from 'pg';
import { StoreError } from '../port.ts';
import { channelOf, connectionOf } from './connection.ts';

/** More writers would only wait for each other: mutations of a cell come one at a time. */
const connectionsMax = 8;
/** A lease that is renewed later than this has run out. */
const asideMsMax = 1_500;

export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface Mutation extends Queryable {
  /** The version that the cell gets if this mutation changes something. */
  readonly version: number;
  /** Says that something a reader sees has changed. */
  changed(): void;
}

/** Told of what went wrong where no caller waits for an answer. */
export type OnIncident = (message: string, cause: unknown) => void;

/**
 * Transactions on one cell. A throw out of the work undoes it; errors of the database come as StoreError
 * that names the operation, broken invariants (RangeError) come as they are.
 */
export class CellDatabase {
  readonly #pool: pg.Pool;
  /** One connection that nothing else waits on. */
  readonly #aside: pg.Pool;
  readonly #channel: string;
  #closed = false;

  constructor(url: string, schema: string, onIncident: OnIncident) {
    this.#channel = channelOf(schema);
    this.#pool = new pg.Pool({
      ...connectionOf(url, schema),
      max: connectionsMax,
      idleTimeoutMillis: 30_000,
    });
    this.#aside = new pg.Pool({
      ...connectionOf(url, schema),
      max: 1,
      connectionTimeoutMillis: asideMsMax,
      statement_timeout: asideMsMax,
      query_timeout: asideMsMax,
    });
    for (const pool of [this.#pool, this.#aside])
      pool.on('error', (cause) => onIncident('an idle connection to the metadata store broke', cause));
  }

  /** One statement, in a view of its own. */
  async read<Row extends pg.QueryResultRow>(
    operation: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    return this.#single(this.#pool, operation, text, values);
  }

  /** One statement that waits behind no other of this process. */
  async aside<Row extends pg.QueryResultRow>(
    operation: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    return this.#single(this.#aside, operation, text, values);
  }

  async #single<Row extends pg.QueryResultRow>(
    pool: pg.Pool,
    operation: string,
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    this.#checkOpen();
    try {
      return (await pool.query<Row>(text, [...values])).rows;
    } catch (cause) {
      throw new StoreError(operation, { cause });
    }
  }

  /** Several statements in one consistent view. */
  async readTogether<T>(operation: string, work: (view: Queryable) => Promise<T>): Promise<T> {
    return this.#within(operation, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
  }

  /**
   * Runs `work` while it alone may change the cell. What it reads is the last committed state, and stays so:
   * the version row is locked first, by everybody.
   */
  async mutate<T>(operation: string, work: (mutation: Mutation) => Promise<T>): Promise<T> {
    return this.#within(operation, 'BEGIN', (session) => this.#mutateWithin(session, operation, work));
  }

  /** The same, unless another transaction of this cell is in the same operation: then null, at once. */
  async mutateAlone<T>(operation: string, work: (mutation: Mutation) => Promise<T>): Promise<T | null> {
    return this.#within(operation, 'BEGIN', async (session) => {
      const [lock] = await session.query<{ is_ours: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS is_ours',
        [`${this.#channel}/${operation}`],
      );
      return lock?.is_ours === true ? this.#mutateWithin(session, operation, work) : null;
    });
  }

  /**
   * Runs `work` while no other transaction of this cell is in the same operation; what the others committed it sees.
   * It is no mutation, and neither waits for one nor keeps one waiting.
   */
  async oneAtATime<T>(operation: string, work: (session: Queryable) => Promise<T>): Promise<T> {
    return this.#within(operation, 'BEGIN', async (session) => {
      await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `${this.#channel}/${operation}`,
      ]);
      return work(session);
    });
  }

  async #mutateWithin<T>(
    session: Queryable,
    operation: string,
    work: (mutation: Mutation) => Promise<T>,
  ): Promise<T> {
    const [cell] = await session.query<{ version: number }>(
      'SELECT version FROM cell WHERE id = 1 FOR UPDATE',
    );
    if (cell === undefined) throw new StoreError(`${operation}: the cell has no version row`);
    const version = cell.version + 1;
    let isChanged = false;
    const changed = () => {
      isChanged = true;
    };
    const result = await work({ query: session.query, version, changed });
    if (isChanged) {
      await session.query(
        'WITH bumped AS (UPDATE cell SET version = $1 WHERE id = 1) SELECT pg_notify($2, $3)',
        [version, this.#channel, String(version)],
      );
    }
    return result;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#pool.end(), this.#aside.end()]);
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('the store is closed');
  }

  async #within<T>(operation: string, begin: string, work: (session: Queryable) => Promise<T>): Promise<T> {
    this.#checkOpen();
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (cause) {
      throw new StoreError(operation, { cause });
    }
    let isBroken = false;
    const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      try {
        return (await client.query<Row>(text, [...values])).rows;
      } catch (cause) {
        // After an error the transaction is lost, and so may the connection be; another is soon made.
        isBroken = true;
        throw new StoreError(operation, { cause });
      }
    };
    // A connection that breaks between two statements also says so here; the next statement reports it.
    const onError = () => {
      isBroken = true;
    };
    client.on('error', onError);
    try {
      await query(begin);
      const result = await work({ query });
      await query('COMMIT');
      return result;
    } catch (error) {
      if (!isBroken) await query('ROLLBACK');
      throw error;
    } finally {
      client.off('error', onError);
      client.release(isBroken);
    }
  }
}
