import type { NewBroker } from '@weir/metadata-store/port';
import type { Member } from './broker-lives.ts';

const peerPort = 2;

/** Where a broker of a cell is, and where the others reach it. */
export function peersOf(brokerId: number): Pick<Member, 'brokerId' | 'host' | 'peers'> {
  const host = `broker-${brokerId}`;
  return { brokerId, host, peers: { listenHost: host, listenPort: peerPort, advertisedHost: host } };
}

/** As the cell knows it before its first life, so that topics can be placed on it. */
export const newBrokerOf = ({ brokerId, host, rack }: Member): NewBroker => ({
  brokerId,
  host,
  port: 1,
  // What it will find on its disk is another one, and that of a first life.
  directoryId: '',
  directoryPlace: host,
  lastBootEpochMax: null,
  directoryMark: null,
  hasLostWrites: false,
  missingReplicas: [],
  peerHost: host,
  peerPort,
  rack: rack ?? null,
  machine: null,
  programVersion: null,
});
