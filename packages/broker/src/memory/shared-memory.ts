import { MemoryInFlight } from './memory-in-flight.ts';
import { UnfinishedFrames } from './unfinished-frames.ts';

/** One scope in which memory is shared: a cluster's connections, strangers', or those of all clusters. */
export interface SharedMemory {
  readonly inFlight: MemoryInFlight;
  readonly unfinished: UnfinishedFrames;
}

/** What requests may make the broker hold, bytes. */
export interface RequestMemoryBounds {
  readonly bytesInFlightPerConnectionMax: number;
  readonly bytesInFlightPerClusterMax: number;
  readonly bytesInFlightPerBrokerMax: number;
  /** What each cluster may have in flight and unfinished, even where all together have too much. */
  readonly bytesInFlightFloor: number;
  readonly bytesUnfinishedPerClusterMax: number;
  readonly bytesUnfinishedPerBrokerMax: number;
  readonly bytesInFlightUnauthenticatedMax: number;
  /** Handed to a socket and not yet taken. */
  readonly bytesUnsentPerConnectionMax: number;
}

export function sharedMemory(inFlightBytesMax: number, unfinishedBytesMax: number): SharedMemory {
  return {
    inFlight: new MemoryInFlight(inFlightBytesMax),
    unfinished: new UnfinishedFrames(unfinishedBytesMax),
  };
}
