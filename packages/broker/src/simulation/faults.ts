import type { SeededRandom } from '@weir/testing/seeded-random';

/** What may go wrong in a run, all of which the engine must bear. Rates are per operation. */
export interface Faults {
  readonly writeErrorRate: number;
  readonly syncErrorRate: number;
  /** A disk operation that takes a hundred times as long. */
  readonly slowDiskRate: number;
  /** A chunk on the wire after which the connection breaks. */
  readonly disconnectRate: number;
  /** Mean time between ends of the broker, milliseconds. */
  readonly lifeMs: number;
}

export const noFaults: Faults = {
  writeErrorRate: 0,
  syncErrorRate: 0,
  slowDiskRate: 0,
  disconnectRate: 0,
  lifeMs: Number.POSITIVE_INFINITY,
};

/** Not everything goes wrong in every run, so that each fault also meets an otherwise healthy system. */
export function drawFaults(random: SeededRandom): Faults {
  const sometimes = (rate: number) => (random.chance(0.4) ? rate : 0);
  return {
    writeErrorRate: sometimes(0.002),
    syncErrorRate: sometimes(0.005),
    slowDiskRate: sometimes(0.02),
    disconnectRate: sometimes(0.005),
    lifeMs: random.pick([500, 1_500, 4_000]),
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
  | 'network-reorders';

export const bugs: readonly Bug[] = [
  'sync-lies',
  'directory-sync-lies',
  'write-cut-short',
  'write-flips-bit',
  'producer-ids-repeat',
  'random-repeats',
  'network-reorders',
];
