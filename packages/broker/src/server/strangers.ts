import { connectionsUnauthenticatedMax, connectionsUnauthenticatedPerAddressMax } from '../limits.ts';
import { Flow } from '../schedule/flow.ts';

/** A connection whose client has not said who it is. */
export interface Stranger {
  readonly remoteAddress: string;
  close(reason: string): void;
}

/**
 * Those who have not said who they are: few in all and of one address, and one tenant's share of the broker's
 * time for all of them together. Where they are too many the one goes that has had the longest time to sign in:
 * who is turned away at the door is whoever comes next, and that may be somebody in earnest.
 */
export class Strangers {
  readonly flow = new Flow();
  readonly #byAddress = new Map<string, number>();
  /** In the order in which they came. */
  readonly #all = new Set<Stranger>();

  hasPlaceFor(address: string): boolean {
    return (this.#byAddress.get(address) ?? 0) < connectionsUnauthenticatedPerAddressMax;
  }

  /** Whether somebody had to go for it. */
  makeRoom(): boolean {
    if (this.#all.size < connectionsUnauthenticatedMax) return false;
    const [oldest] = this.#all;
    if (oldest === undefined) return false;
    this.left(oldest);
    oldest.close('others wait to sign in');
    return true;
  }

  arrived(stranger: Stranger): void {
    const { remoteAddress } = stranger;
    this.#all.add(stranger);
    this.#byAddress.set(remoteAddress, (this.#byAddress.get(remoteAddress) ?? 0) + 1);
  }

  /** It has said who it is, or is gone. */
  left(stranger: Stranger): void {
    if (!this.#all.delete(stranger)) return;
    const others = (this.#byAddress.get(stranger.remoteAddress) ?? 0) - 1;
    if (others > 0) this.#byAddress.set(stranger.remoteAddress, others);
    else this.#byAddress.delete(stranger.remoteAddress);
  }
}
