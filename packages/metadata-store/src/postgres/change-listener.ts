import type { Reached } from '@weir/postgres/reach';
import pg from 'pg';
import { channelOf, connectionOf } from './connection.ts';
import type { OnIncident } from './database.ts';

const backoffMsMin = 20;
const backoffMsMax = 2000;
/** A connection that died without a word is found by the next check, and made anew. */
const checkMs = 15_000;

/**
 * Hears of commits by LISTEN on a connection of its own, while anybody watches. A lost connection is made
 * again, sooner at first and then with growing pauses; since notifications may have been missed meanwhile,
 * every connection made calls the watchers once.
 */
export class ChangeListener {
  readonly #watchers = new Set<() => void>();
  readonly #connection: pg.ClientConfig & Reached;
  readonly #channel: string;
  readonly #onIncident: OnIncident;
  #client: pg.Client | null = null;
  #retry: NodeJS.Timeout | null = null;
  #check: NodeJS.Timeout | null = null;
  #backoffMs = backoffMsMin;

  constructor(url: string, schema: string, onIncident: OnIncident) {
    this.#connection = { ...connectionOf(url, schema), application_name: 'weir-metadata-watch' };
    this.#channel = channelOf(schema);
    this.#onIncident = onIncident;
  }

  watch(onChange: () => void): () => void {
    // Two watchers may pass one function; each gets calls and a stop of its own.
    const watcher = () => onChange();
    this.#watchers.add(watcher);
    if (this.#client === null && this.#retry === null) this.#connect();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.close();
    };
  }

  close(): void {
    this.#watchers.clear();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    if (this.#client !== null) this.#drop(this.#client);
  }

  #connect(): void {
    this.#retry = null;
    const client = new this.#connection.Client(this.#connection);
    this.#client = client;
    client.on('error', (cause) => this.#lost(client, cause));
    client.on('end', () => this.#lost(client, new Error('the server ended the connection')));
    client.on('notification', () => this.#call());
    this.#listen(client).catch((cause: unknown) => this.#lost(client, cause));
  }

  async #listen(client: pg.Client): Promise<void> {
    await client.connect();
    await client.query(`LISTEN ${pg.escapeIdentifier(this.#channel)}`);
    if (this.#client !== client) return;
    this.#backoffMs = backoffMsMin;
    this.#check = setInterval(() => {
      client.query('SELECT 1').catch((cause: unknown) => this.#lost(client, cause));
    }, checkMs);
    this.#check.unref();
    this.#call();
  }

  #call(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** A broken connection says so more than once; only the first time counts. */
  #lost(client: pg.Client, cause: unknown): void {
    if (this.#client !== client) return;
    this.#drop(client);
    this.#onIncident(`the watch on the metadata store broke; trying again in ${this.#backoffMs} ms`, cause);
    this.#retry = setTimeout(() => this.#connect(), this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, backoffMsMax);
  }

  #drop(client: pg.Client): void {
    this.#client = null;
    if (this.#check !== null) clearInterval(this.#check);
    this.#check = null;
    // Nobody waits for this connection any more, so how it ends does not matter.
    client.end().catch(() => undefined);
  }
}
