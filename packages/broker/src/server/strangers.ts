import { connectionsUnauthenticatedMax, connectionsUnauthenticatedPerAddressMax } from '../limits.ts';
import { Flow } from '../schedule/flow.ts';

/**
 * Those who have not said who they are: few in all and of one address, and one tenant's share of the broker's
 * time for all of them together.
 */
export class Strangers {
  readonly flow = new Flow();
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  hasPlaceFor(address: string): boolean {
    const fromAddress = this.#byAddress.get(address) ?? 0;
    return (
      this.#count < connectionsUnauthenticatedMax && fromAddress < connectionsUnauthenticatedPerAddressMax
    );
  }

  arrived(address: string): void {
    this.#count += 1;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
  }

  /** It has said who it is, or is gone. */
  left(address: string): void {
    this.#count -= 1;
    const others = (this.#byAddress.get(address) ?? 0) - 1;
    if (others > 0) this.#byAddress.set(address, others);
    else this.#byAddress.delete(address);
  }
}
