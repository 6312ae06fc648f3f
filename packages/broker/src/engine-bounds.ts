import { catchUpBytesPerSecMax, replicaLagMsMax } from './cell-limits.ts';
import {
  bytesInFlightFloor,
  bytesInFlightPerBrokerMax,
  bytesInFlightPerClusterMax,
  bytesInFlightPerConnectionMax,
  bytesInFlightUnauthenticatedMax,
  bytesUnfinishedPerBrokerMax,
  bytesUnfinishedPerClusterMax,
  bytesUnsentPerConnectionMax,
  coldReadsMax,
  compactionIntervalMs,
  coordinatorSnapshotDistanceBytes,
  fetchSessionsPerClusterMax,
  framePoolBytesMax,
  openFilesMax,
  recoveryDistanceBytesMax,
  retentionIntervalMs,
  segmentBytesMin,
  segmentBytesWhenManyMin,
  segmentMsMin,
  segmentsPerClusterMax,
  tailCacheBytesMax,
  writesAtOnceMax,
} from './limits.ts';
import type { DiskBounds } from './log/bounded-disk.ts';
import type { LogBounds } from './log/segment-share.ts';
import { type AccountBounds, accountBounds } from './memory/broker-accounts.ts';
import type { RequestMemoryBounds } from './memory/shared-memory.ts';

/** Bounds that follow from the machine, or that a simulation draws small so that it meets them. */
export interface EngineBounds extends DiskBounds, LogBounds, AccountBounds, RequestMemoryBounds {
  readonly tailCacheBytesMax: number;
  readonly framePoolBytesMax: number;
  readonly fetchSessionsPerClusterMax: number;
  readonly retentionIntervalMs: number;
  readonly compactionIntervalMs: number;
  readonly coordinatorSnapshotDistanceBytes: number;
  readonly replicaLagMsMax: number;
  readonly catchUpBytesPerSecMax: number;
}

export const logBounds: LogBounds = {
  segmentMsMin,
  segmentBytesMin,
  segmentsPerClusterMax,
  segmentBytesWhenManyMin,
  recoveryDistanceBytesMax,
};

export const engineBounds: EngineBounds = {
  ...logBounds,
  ...accountBounds,
  openFilesMax,
  coldReadsMax,
  writesAtOnceMax,
  bytesInFlightPerConnectionMax,
  bytesInFlightPerClusterMax,
  bytesInFlightPerBrokerMax,
  bytesInFlightFloor,
  bytesUnfinishedPerClusterMax,
  bytesUnfinishedPerBrokerMax,
  bytesInFlightUnauthenticatedMax,
  bytesUnsentPerConnectionMax,
  tailCacheBytesMax,
  framePoolBytesMax,
  fetchSessionsPerClusterMax,
  retentionIntervalMs,
  compactionIntervalMs,
  coordinatorSnapshotDistanceBytes,
  replicaLagMsMax,
  catchUpBytesPerSecMax,
};
