import type { PeerListener } from '@weir/broker/replication/replication';
import { EnvError } from '@weir/runtime/env';

export interface PeerSettings {
  readonly listenHost: string;
  readonly advertisedHost: string;
  readonly port: number;
  /** 0: the broker is alone in its cell. */
  readonly peerPort: number;
}

const everyAddress = ['0.0.0.0', '::'];

/**
 * Where the other brokers of the cell fetch; null: nowhere. They are told the address that is listened on, as a name
 * may lead them to another one (`localhost` to ::1); where that is every address, what clients are told.
 */
export function peerListener({
  listenHost,
  advertisedHost,
  port,
  peerPort,
}: PeerSettings): PeerListener | null {
  if (peerPort === 0) return null;
  if (peerPort === port) {
    throw new EnvError([
      `WEIR_BROKER_PORT and WEIR_BROKER_PEER_PORT are both ${port}: give each a port of its own.`,
    ]);
  }
  return {
    listenHost,
    listenPort: peerPort,
    advertisedHost: everyAddress.includes(listenHost) ? advertisedHost : listenHost,
  };
}
