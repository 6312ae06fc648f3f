import { connectionsUnauthenticatedMax, connectionsUnauthenticatedPerAddressMax } from '../limits.ts';
import { Flow } from '../schedule/flow.ts';

/** A connection that has not said who it is. */
export interface Stranger {
  readonly remoteAddress: string;
  close(reason: string): void;
}

/**
 * Those who have not said who they are: few in all and of one address, and one tenant's share of the broker's
 * time for all of them together. Where there is no place the one goes that has had the longest time to sign
 * in, of the address that has most: who signs in at once always gets in, whoever floods beside him.
 */
export class Strangers {
  readonly flow = new Flow('strangers');
  /** In the order in which they came. */
  readonly #byAddress = new Map<string, Set<Stranger>>();
  #count = 0;
  /** How many had to go since this was last asked. */
  #displaced = 0;

  arrived(stranger: Stranger): void {
    const { remoteAddress } = stranger;
    const neighbours = this.#byAddress.get(remoteAddress) ?? new Set();
    if (neighbours.size >= connectionsUnauthenticatedPerAddressMax) this.#displace(neighbours);
    else if (this.#count >= connectionsUnauthenticatedMax) this.#displace(this.#largest());
    neighbours.add(stranger);
    this.#byAddress.set(remoteAddress, neighbours);
    this.#count += 1;
  }

  /** It has said who it is, or is gone. */
  left(stranger: Stranger): void {
    const neighbours = this.#byAddress.get(stranger.remoteAddress);
    if (neighbours?.delete(stranger) !== true) return;
    this.#count -= 1;
    if (neighbours.size === 0) this.#byAddress.delete(stranger.remoteAddress);
  }

  takeDisplaced(): number {
    const displaced = this.#displaced;
    this.#displaced = 0;
    return displaced;
  }

  #displace(neighbours: ReadonlySet<Stranger>): void {
    for (const oldest of neighbours) {
      this.#displaced += 1;
      this.left(oldest);
      oldest.close('there are too many that have not signed in');
      return;
    }
  }

  #largest(): ReadonlySet<Stranger> {
    let largest: ReadonlySet<Stranger> = new Set();
    for (const neighbours of this.#byAddress.values()) {
      if (neighbours.size > largest.size) largest = neighbours;
    }
    return largest;
  }
}
