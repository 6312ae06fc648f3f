import type { BrokerRecord } from '@weir/metadata-store/model';

/** How a connection came in, which is how its client goes on. */
export interface Door {
  /** The only cluster whose keys open it; null: the key alone decides. */
  readonly clusterId: string | null;
  /** What the client is to connect to for a broker. */
  hostOf(broker: Pick<BrokerRecord, 'brokerId' | 'host'>): string;
}

/** Of who names nobody: as brokers are called among themselves. */
export const unnamedDoor: Door = { clusterId: null, hostOf: ({ host }) => host };

/**
 * Reads the name that a client wants to reach, as its TLS tells it (SNI, RFC 6066). Under the domain of the cell's
 * clients that is `<cluster>` to begin with and `b<broker>-<cluster>` from then on: one label, so that one wildcard
 * certificate fits all. Any other name, an address say, names no cluster.
 */
export class Doors {
  readonly #brokerId: number;
  /** With the dot before it; null: clusters have no names. */
  readonly #suffix: string | null;

  constructor(brokerId: number, domain: string | null) {
    this.#brokerId = brokerId;
    this.#suffix = domain === null ? null : `.${domain.toLowerCase()}`;
  }

  /** Null: the name is another broker's, and who answered to it would be taken for that one. */
  doorOf(serverName: string | undefined): Door | null {
    const suffix = this.#suffix;
    const name = serverName?.toLowerCase();
    if (suffix === null || name === undefined || !name.endsWith(suffix)) return unnamedDoor;
    const label = name.slice(0, -suffix.length);
    const [, brokerId, ofBroker] = brokerLabel.exec(label) ?? [];
    if (brokerId !== undefined && Number(brokerId) !== this.#brokerId) return null;
    const clusterId = ofBroker ?? label;
    return { clusterId, hostOf: (broker) => `b${broker.brokerId}-${clusterId}${suffix}` };
  }
}

const brokerLabel = /^b(\d{1,10})-(.+)$/;
