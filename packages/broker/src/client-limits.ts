/** Bounds on what is kept of single clients; those on what they do and hold stand in limits.ts. */

/** Clients of a cluster whose rates are kept; whoever comes after pushes the oldest out. */
export const clientBucketsPerClusterMax = 4_000;
/**
 * Bytes a second in each direction that a limit on spending with the action `throttle` leaves once it is used up, at each
 * broker: 1.3 GiB a day, so that what it is passed by is bounded.
 */
export const spentTrickleBytesPerSec = 16_384;
/** Of what a client says of itself, characters that are kept to be shown. */
export const clientNameLengthMax = 64;
/** Secrets of keys that one report of usage tells of; the others are in the next one. */
export const keyUseRowsMax = 5_000;
