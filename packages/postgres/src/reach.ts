import pg from 'pg';
import { findPrimary } from './find-primary.ts';
import { type Place, targetOf } from './places.ts';

/** What a pool or a client of `pg` takes to reach the Postgres that a URL names. */
export interface Reached {
  readonly connectionString: string;
  readonly Client: typeof pg.Client;
}

/**
 * How to reach the Postgres of a URL. Where it names several servers (see `targetOf`), each new connection goes to the
 * one that takes writes: the one that was it last, and where that is gone or has become a standby, the one that is it by
 * now. Throws RangeError for a URL whose hosts and ports do not fit.
 */
export function reach(url: string): Reached {
  const { connectionString, places } = targetOf(url);
  return { connectionString, Client: clientOf(places) };
}

function clientOf(places: readonly Place[]): typeof pg.Client {
  if (places.length === 1) return pg.Client;
  let primary: Place | null = null;
  let looking: Promise<Place> | null = null;
  const find = (config: pg.ClientConfig): Promise<Place> => {
    looking ??= findPrimary(config, places).finally(() => {
      looking = null;
    });
    return looking;
  };

  return class PrimaryClient extends pg.Client {
    readonly #config: pg.ClientConfig;

    constructor(config?: string | pg.ClientConfig) {
      const own = typeof config === 'string' ? { connectionString: config } : (config ?? {});
      super(own);
      this.#config = own;
    }

    override connect(): Promise<this>;
    override connect(callback: (cause: Error) => void): void;
    override connect(callback?: (cause: Error) => void): Promise<this> | undefined {
      const connected = this.#connect();
      if (callback === undefined) return connected;
      // A pool takes no argument for success, which the library's types do not say.
      const told = callback as (cause?: Error) => void;
      connected.then(() => told(), told);
      return undefined;
    }

    async #connect(): Promise<this> {
      primary ??= await find(this.#config);
      const place = primary;
      try {
        Object.assign(this, place);
        await super.connect();
        const { rows } = await super.query<{ is_standby: boolean }>(
          'SELECT pg_is_in_recovery() AS is_standby',
        );
        if (rows[0]?.is_standby !== false) throw new Error(`${place.host}:${place.port} is a standby by now`);
        return this;
      } catch (cause) {
        if (primary === place) primary = null;
        await this.end().catch(() => undefined);
        throw cause;
      }
    }
  };
}
