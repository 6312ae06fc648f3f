import type { ClusterLimits } from './model.ts';

/** The limits of a cluster that hold over all brokers of its cell, by their name in ClusterLimits. */
export const sharedLimits = [
  'ingressBytesPerSecMax',
  'egressBytesPerSecMax',
  'requestsPerSecMax',
  'connectionsMax',
  'groupsMax',
  'storedBytesMax',
] as const satisfies readonly (keyof ClusterLimits)[];

export type SharedLimit = (typeof sharedLimits)[number];
export type PerSharedLimit<Value> = Readonly<Record<SharedLimit, Value>>;

/** What a broker would use of one limit, and what it has in use and cannot give back at once: 0 for a rate. */
export interface LimitUse {
  readonly wanted: number;
  readonly inUse: number;
}

/** A broker's part of one limit, as it was last granted, and what it had told by then. */
export interface Holding extends LimitUse {
  readonly share: number;
}

/** One limit, as it is divided among the brokers that live. */
export interface Division {
  readonly limit: number;
  /** How many brokers live, the one that asks among them. */
  readonly brokers: number;
  /** What the others hold, of those that have told anything. */
  readonly others: readonly Holding[];
}

const isUnlimited = (limit: number) => limit >= Number.MAX_SAFE_INTEGER;

/** Of its part of a limit, what a broker keeps however little it wants: its next client finds it there. */
const floorShare = 0.05;
/** While nobody wants more than this of an even part, all have an even part. */
const calmShare = 0.5;

/** What each of so many brokers may use of a limit while nobody wants more than that. */
export function evenShare(limit: number, brokers: number): number {
  return isUnlimited(limit) ? limit : Math.floor(limit / brokers);
}

/** What a broker may use that wants little, while others want all they can get. */
export function shareFloor(limit: number, brokers: number): number {
  return Math.floor((limit * floorShare) / brokers);
}

/** Whether a broker wants so little that its part of the limit is of interest to nobody. */
export function isCalm({ wanted, inUse }: LimitUse, limit: number, brokers: number): boolean {
  return isUnlimited(limit) || Math.max(wanted, inUse) <= evenShare(limit, brokers) * calmShare;
}

/**
 * The part of a limit that is due to the one who wants `own`, where the other brokers want `others`: max-min fair, so
 * that nobody who wants little waits for one who wants much, and two who want all have the same. What nobody wants is
 * divided evenly, as room for more. Nobody has less than the floor. The parts of all are never more than the limit.
 */
export function fairShare(limit: number, own: number, others: readonly number[]): number {
  if (isUnlimited(limit)) return limit;
  const brokers = others.length + 1;
  const floor = shareFloor(limit, brokers);
  const clamped = (wanted: number) => Math.min(Math.max(wanted, floor), limit);
  const wants = [own, ...others].map(clamped).sort((one, other) => one - other);
  let left = limit;
  for (const [index, wanted] of wants.entries()) {
    const level = left / (brokers - index);
    // Nobody from here on gets more than the others of them.
    if (wanted > level) return Math.floor(Math.min(clamped(own), level));
    left -= wanted;
  }
  return Math.floor(clamped(own) + left / brokers);
}

/**
 * What a broker is granted that tells `own`; `before`: what it held so far, null: it has told nothing yet, and holds an
 * even share. It gives up at once what is not due to it any more, but for what is in use. What it gets in addition is
 * never more than what all others hold leaves of the limit, so that the sum of what is held does not rise above it,
 * in whatever order brokers ask; an other who has told nothing holds an even share.
 */
export function grantedShare(own: LimitUse, before: number | null, division: Division): number {
  const { limit, brokers, others } = division;
  if (isUnlimited(limit)) return limit;
  const even = evenShare(limit, brokers);
  const held = before ?? even;
  const silent = Math.max(brokers - 1 - others.length, 0);
  const wanted = [...others.map((other) => other.wanted), ...Array<number>(silent).fill(even)];
  const isQuiet = [own, ...others].every((use) => isCalm(use, limit, brokers));
  const due = isQuiet ? even : fairShare(limit, own.wanted, wanted);
  const target = Math.max(due, Math.min(own.inUse, held));
  if (target <= held) return target;
  const heldByOthers = others.reduce((sum, { share, inUse }) => sum + Math.max(share, inUse), silent * even);
  return Math.max(held, Math.min(target, limit - heldByOthers));
}
