import type { SeededRandom } from '@weir/testing/seeded-random';
import type { EngineBounds } from '../engine-bounds.ts';

/**
 * Bounds so small that a run of seconds meets them, each also as large as in the product, so that every
 * mechanism meets healthy others. Bytes, unless their names say otherwise.
 */
export function drawBounds(random: SeededRandom): Partial<EngineBounds> {
  return {
    openFilesMax: random.pick([1, 3, 20, 1_000]),
    coldReadsMax: random.pick([1, 2, 8]),
    segmentMsMin: 0,
    segmentBytesMin: 0,
    segmentsPerClusterMax: random.pick([2, 10, 1_000]),
    segmentBytesWhenManyMin: random.pick([50_000, 1 << 30]),
    recoveryDistanceBytesMax: random.pick([5_000, 20_000, 1 << 25]),
    tailCacheBytesMax: random.pick([0, 4_096, 1 << 16, 1 << 26]),
    framePoolBytesMax: random.pick([0, 1 << 16, 1 << 26]),
    retentionIntervalMs: random.pick([200, 1_000, 60_000]),
    compactionIntervalMs: random.pick([100, 500, 3_000]),
    // So that the coordinator's log is written anew many times in a life, or never.
    coordinatorSnapshotDistanceBytes: random.pick([500, 4_000, 1 << 20]),
    fetchSessionsPerClusterMax: random.pick([1, 2, 1_000]),
    ...drawMemory(random),
  };
}

/** Of a broker that has others beside it. */
export function drawReplicaBounds(random: SeededRandom): Partial<EngineBounds> {
  return {
    replicaLagMsMax: random.pick([2_000, 5_000, 30_000]),
    // A run writes some megabytes, and in peace all of it has to be everywhere in time.
    catchUpBytesPerSecMax: random.pick([200_000, 1 << 20, 1 << 26]),
  };
}

/** Never so small that an honest client could not go on for ever: a request is held to them one by one. */
function drawMemory(random: SeededRandom): Partial<EngineBounds> {
  return {
    bytesInFlightPerConnectionMax: random.pick([1_000, 1 << 26]),
    bytesInFlightPerClusterMax: random.pick([20_000, 1 << 28]),
    bytesInFlightPerBrokerMax: random.pick([40_000, 1 << 30]),
    bytesInFlightFloor: random.pick([10_000, 1 << 24]),
    bytesUnfinishedPerClusterMax: random.pick([20_000, 1 << 27]),
    bytesUnfinishedPerBrokerMax: random.pick([40_000, 1 << 29]),
    bytesUnsentPerConnectionMax: random.pick([10_000, 1 << 24]),
    answerBytesPerClusterMax: random.pick([200_000, 1 << 27]),
    answerBytesFloor: random.pick([100_000, 1 << 22]),
    fetchSessionBytesPerClusterMax: random.pick([2_000, 1 << 25]),
    fetchSessionBytesFloor: random.pick([1_000, 1 << 18]),
  };
}
