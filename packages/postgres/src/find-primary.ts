import pg from 'pg';
import type { Place } from './places.ts';

/** How long a server may take to say what it is. */
const answerMsMax = 1_500;

interface Told {
  readonly is_standby: boolean;
  readonly timeline: string;
}

/** No server of a URL is one that takes writes. The causes say why of each. */
export class NoPrimaryError extends AggregateError {
  override readonly name = 'NoPrimaryError';
}

/**
 * The server among several that takes writes. Where two believe that they do, as one that was cut off does for a while,
 * it is the one that was promoted last: its timeline is the later one. Throws NoPrimaryError where none does.
 */
export async function findPrimary(config: pg.ClientConfig, places: readonly Place[]): Promise<Place> {
  const asked = await Promise.allSettled(places.map((place) => timelineOf(config, place)));
  let found: { readonly place: Place; readonly timeline: string } | null = null;
  for (const [at, answer] of asked.entries()) {
    const place = places[at];
    if (answer.status === 'rejected' || answer.value === null || place === undefined) continue;
    if (found === null || answer.value > found.timeline) found = { place, timeline: answer.value };
  }
  if (found !== null) return found.place;
  const causes = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  const standing = asked.length - causes.length;
  throw new NoPrimaryError(
    causes,
    `none of ${places.length} Postgres servers takes writes: ${standing} are standbys, ${causes.length} cannot be reached`,
  );
}

/** Of a server that takes writes, in hexadecimal digits; null: it is a standby. */
async function timelineOf(config: pg.ClientConfig, place: Place): Promise<string | null> {
  const patience = { connectionTimeoutMillis: answerMsMax, query_timeout: answerMsMax };
  const client = new pg.Client({ ...config, ...patience });
  Object.assign(client, place);
  // The rejection below carries it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Told>(
      `SELECT pg_is_in_recovery() AS is_standby, CASE WHEN pg_is_in_recovery() THEN ''
         ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline`,
    );
    const [told] = rows;
    return told === undefined || told.is_standby ? null : told.timeline;
  } finally {
    await client.end().catch(() => undefined);
  }
}
