import type { ClientQuotaRecord } from './model.ts';

/** In place of a client: each principal that has no quota of its own. */
export const defaultClient = '<default>';

export type QuotaDirection = 'ingress' | 'egress';

/** One rate of one client: what is shared out by it over the brokers of a cell. Clients have no spaces in their names. */
export type ClientLimit = `${QuotaDirection} ${string}`;

export const clientLimit = (direction: QuotaDirection, client: string): ClientLimit =>
  `${direction} ${client}`;

/** The quotas of a cluster, to be looked up by client. */
export class ClientQuotaTable {
  readonly #quotas: ReadonlyMap<string, ClientQuotaRecord>;

  constructor(quotas: readonly ClientQuotaRecord[]) {
    this.#quotas = new Map(quotas.map((quota) => [quota.client, quota]));
  }

  get isEmpty(): boolean {
    return this.#quotas.size === 0;
  }

  /** Bytes a second, over all brokers; null: the client has no quota. `Key:<id>` has none by default. */
  rate(direction: QuotaDirection, client: string): number | null {
    const own = this.#quotas.get(client);
    const quota = own ?? (client.startsWith('User:') ? this.#quotas.get(defaultClient) : undefined);
    if (quota === undefined) return null;
    return direction === 'ingress' ? quota.ingressBytesPerSecMax : quota.egressBytesPerSecMax;
  }

  /** The same by the name that brokers tell it by; null also for a name of another form. */
  rateOf(limit: string): number | null {
    const [direction, client, ...more] = limit.split(' ');
    if ((direction !== 'ingress' && direction !== 'egress') || client === undefined || more.length > 0)
      return null;
    return this.rate(direction, client);
  }
}
