import type { SeededRandom } from '@weir/testing/seeded-random';

/** What may go wrong in a run, all of which the engine must bear. Rates are per operation. */
export interface Faults {
  readonly writeErrorRate: number;
  readonly syncErrorRate: number;
  /** Any operation of the disk that is refused and has done nothing: no descriptor left, a sector that cannot be read. */
  readonly refusalRate: number;
  /** An operation at which the disk becomes full, for a while. */
  readonly fullDiskRate: number;
  /** A disk operation that takes a hundred times as long. */
  readonly slowDiskRate: number;
  /** A chunk on the wire after which the connection breaks. */
  readonly disconnectRate: number;
  /** Mean time between steps of the wall clock, milliseconds. */
  readonly clockStepMs: number;
  /** Mean time between ends of the broker, milliseconds. */
  readonly lifeMs: number;
}

export const noFaults: Faults = {
  writeErrorRate: 0,
  syncErrorRate: 0,
  refusalRate: 0,
  fullDiskRate: 0,
  slowDiskRate: 0,
  disconnectRate: 0,
  clockStepMs: Number.POSITIVE_INFINITY,
  lifeMs: Number.POSITIVE_INFINITY,
};

/** Whether the disk never refuses anything: then no client may hear that it does. */
export function hasSoundDisk(faults: Faults): boolean {
  const { writeErrorRate, syncErrorRate, refusalRate, fullDiskRate } = faults;
  return writeErrorRate + syncErrorRate + refusalRate + fullDiskRate === 0;
}

/** Not everything goes wrong in every run, so that each fault also meets an otherwise healthy system. */
export function drawFaults(random: SeededRandom): Faults {
  const sometimes = (rate: number) => (random.chance(0.4) ? rate : 0);
  return {
    writeErrorRate: sometimes(0.002),
    syncErrorRate: sometimes(0.005),
    refusalRate: random.chance(0.3) ? 0.002 : 0,
    fullDiskRate: random.chance(0.3) ? 0.0005 : 0,
    slowDiskRate: sometimes(0.02),
    disconnectRate: sometimes(0.005),
    clockStepMs: random.chance(0.4) ? 1_000 : Number.POSITIVE_INFINITY,
    lifeMs: random.pick([500, 1_500, 4_000, Number.POSITIVE_INFINITY]),
  };
}

/**
 * Bugs to plant in what the engine runs on, each of which breaks a promise that the engine passes on: to
 * show that the checks would find such a bug in the engine itself.
 */
export type Bug =
  /** The disk says it has synced and has not. */
  | 'sync-lies'
  /** Directory entries never become durable, though the disk says so. */
  | 'directory-sync-lies'
  /** Of a write of several buffers the last one is left out. */
  | 'write-cut-short'
  /** One bit of a write is flipped, before the disk stores it. */
  | 'write-flips-bit'
  /** All producers are given the same id. */
  | 'producer-ids-repeat'
  /** The random source gives the same bytes again and again. */
  | 'random-repeats'
  /** A connection's answers arrive in another order than they were sent. */
  | 'network-reorders'
  /** The recovery point that the disk stores lies one batch, or what looks like one, too far. */
  | 'recovery-point-too-far'
  /** The disk stores offset indexes whose entries point to where the next entry should. */
  | 'index-points-past'
  /** With a segment that is removed the next one goes as well. */
  | 'removal-takes-next'
  /** Each report of usage is entered twice. */
  | 'usage-counted-twice';

export const bugs: readonly Bug[] = [
  'sync-lies',
  'directory-sync-lies',
  'write-cut-short',
  'write-flips-bit',
  'producer-ids-repeat',
  'random-repeats',
  'network-reorders',
  'recovery-point-too-far',
  'index-points-past',
  'removal-takes-next',
  'usage-counted-twice',
];
