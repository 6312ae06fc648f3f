import {
  evenShare,
  grantedShare,
  type Holding,
  isCalm,
  type LimitUse,
  type PerSharedLimit,
  type SharedLimit,
  sharedLimits,
} from './limit-rules.ts';
import type { ClusterLimits } from './model.ts';
import type { LimitShares, ToldUse } from './port.ts';

/** Clusters of which a broker may tell at once. */
export const toldClustersMax = 250;

/** What a broker has told of a cluster, and what it holds. A limit that it did not know of yet is not in it. */
export interface HeldShares {
  readonly brokerId: number;
  readonly held: Readonly<Partial<Record<SharedLimit, Holding>>>;
}

/** What is known of a cluster when somebody tells of it; only brokers that live are in it. */
export interface ClusterDivision {
  readonly limits: ClusterLimits;
  readonly brokers: number;
  readonly own: HeldShares | null;
  readonly others: readonly HeldShares[];
}

/** What the teller holds from now on; null: nothing of it need be kept, since nobody wants more than an even share. */
export function decideShares({ uses }: ToldUse, division: ClusterDivision): HeldShares['held'] | null {
  const held: Partial<Record<SharedLimit, Holding>> = {};
  let isVoid = true;
  for (const limit of sharedLimits) {
    const use = uses[limit];
    const facts = {
      limit: division.limits[limit],
      brokers: division.brokers,
      others: division.others.map((other) => other.held[limit]).filter((each) => each !== undefined),
    };
    const share = grantedShare(use, division.own?.held[limit]?.share ?? null, facts);
    held[limit] = { ...use, share };
    const isQuiet = [use, ...facts.others].every((each) => isCalm(each, facts.limit, facts.brokers));
    isVoid &&= isQuiet && share === evenShare(facts.limit, facts.brokers);
  }
  return isVoid ? null : held;
}

/** What a broker is answered of one cluster. */
export function sharesOf(
  clusterId: string,
  own: HeldShares | null,
  others: readonly HeldShares[],
): LimitShares {
  const shares: Partial<Record<SharedLimit, number>> = {};
  for (const limit of sharedLimits) {
    const holding = own?.held[limit];
    if (holding !== undefined) shares[limit] = holding.share;
  }
  const inUseElsewhere = perLimit((limit) =>
    others.reduce((sum, other) => sum + (other.held[limit]?.inUse ?? 0), 0),
  );
  return { clusterId, hasTold: own !== null, shares, inUseElsewhere };
}

export function perLimit<Value>(of: (limit: SharedLimit) => Value): PerSharedLimit<Value> {
  return {
    ingressBytesPerSecMax: of('ingressBytesPerSecMax'),
    egressBytesPerSecMax: of('egressBytesPerSecMax'),
    requestsPerSecMax: of('requestsPerSecMax'),
    connectionsMax: of('connectionsMax'),
    groupsMax: of('groupsMax'),
    storedBytesMax: of('storedBytesMax'),
  };
}

export const noUse: PerSharedLimit<LimitUse> = perLimit(() => ({ wanted: 0, inUse: 0 }));

/** Throws RangeError for more than may be told at once. */
export function checkTold(told: readonly ToldUse[]): void {
  if (told.length > toldClustersMax) throw new RangeError(`${told.length} clusters told of at once`);
}
