/**
 * What a follower's connection is for. `tail`: what the leader has in memory, for replicas in sync, for which acks=all
 * waits; `catch-up`: what is to be read from the leader's disk; `any`: both, for a follower that knows of no lanes; `calls`:
 * nothing is fetched, questions are asked.
 */
export const lanes = ['any', 'tail', 'catch-up', 'calls'] as const;

export type Lane = (typeof lanes)[number];

/** As messages have it. */
export const laneNumber = (lane: Lane): number => lanes.indexOf(lane);

/** Throws where there is none of that number. */
export function laneOf(number: number): Lane {
  const lane = lanes[number];
  if (lane === undefined) throw new Error(`there is no lane ${number}`);
  return lane;
}
