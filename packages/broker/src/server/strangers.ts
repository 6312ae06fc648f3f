import { connectionsUnauthenticatedMax, connectionsUnauthenticatedPerAddressMax } from '../limits.ts';
import { Crowd } from '../memory/crowd.ts';
import { Flow } from '../schedule/flow.ts';

/** A connection that has not said who it is. */
export interface Stranger {
  readonly remoteAddress: string;
  close(reason: string): void;
}

/**
 * Those who have not said who they are: few in all and of one address, and one tenant's share of the broker's
 * time for all of them together.
 */
export class Strangers extends Crowd<Stranger> {
  readonly flow = new Flow('strangers');
  /** How many had to go since this was last asked. */
  #displacedCount = 0;

  constructor() {
    super(connectionsUnauthenticatedMax, connectionsUnauthenticatedPerAddressMax, (stranger) => {
      this.#displacedCount += 1;
      stranger.close('there are too many that have not signed in');
    });
  }

  takeDisplaced(): number {
    const displaced = this.#displacedCount;
    this.#displacedCount = 0;
    return displaced;
  }
}
