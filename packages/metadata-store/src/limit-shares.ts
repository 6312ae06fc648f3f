import { type ClientLimit, ClientQuotaTable } from './client-quotas.ts';
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
import type { ClientQuotaRecord, ClusterLimits } from './model.ts';
import type { LimitShares, ToldUse } from './port.ts';

/** Clusters of which a broker may tell at once. */
export const toldClustersMax = 250;
/** Rates of clients of which it may tell, of each. */
export const toldClientsMax = 100;

/** What a broker has told of a cluster, and what it holds. A limit that it did not know of yet is not in it. */
export interface HeldShares {
  readonly brokerId: number;
  readonly held: Readonly<Partial<Record<SharedLimit | ClientLimit, Holding>>>;
}

/** What is known of a cluster when somebody tells of it; only brokers that live are in it. */
export interface ClusterDivision {
  readonly limits: ClusterLimits;
  readonly clientQuotas: readonly ClientQuotaRecord[];
  readonly brokers: number;
  readonly own: HeldShares | null;
  readonly others: readonly HeldShares[];
}

/** What the teller holds from now on; null: nothing of it need be kept, since nobody wants more than an even share. */
export function decideShares(told: ToldUse, division: ClusterDivision): HeldShares['held'] | null {
  const held: Partial<Record<SharedLimit | ClientLimit, Holding>> = {};
  let isVoid = true;
  for (const limit of sharedLimits) {
    const decided = decideShare(limit, told.uses[limit], division.limits[limit], division);
    held[limit] = decided.holding;
    isVoid &&= decided.isVoid;
  }
  const table = new ClientQuotaTable(division.clientQuotas);
  for (const [name, use] of clientEntries(told.clients ?? {})) {
    const rate = table.rateOf(name);
    if (rate === null) continue;
    const decided = decideShare(name, use, rate, division);
    if (decided.isVoid) continue;
    held[name] = decided.holding;
    isVoid = false;
  }
  return isVoid ? null : held;
}

function decideShare(
  name: SharedLimit | ClientLimit,
  use: LimitUse,
  limit: number,
  division: ClusterDivision,
): { readonly holding: Holding; readonly isVoid: boolean } {
  const others = division.others.map((other) => other.held[name]).filter((each) => each !== undefined);
  const facts = { limit, brokers: division.brokers, others };
  const share = grantedShare(use, division.own?.held[name]?.share ?? null, facts);
  const isQuiet = [use, ...others].every((each) => isCalm(each, limit, division.brokers));
  return { holding: { ...use, share }, isVoid: isQuiet && share === evenShare(limit, division.brokers) };
}

/** The type of Object.entries forgets what the keys are. */
const clientEntries = <Value>(clients: Readonly<Record<ClientLimit, Value>>): [ClientLimit, Value][] =>
  Object.entries(clients) as [ClientLimit, Value][];

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
  const clients = clientShares(own, others);
  return { clusterId, hasTold: own !== null, shares, inUseElsewhere, ...(clients && { clients }) };
}

const limitNames: ReadonlySet<string> = new Set(sharedLimits);

/** Null where nobody has told of any. */
function clientShares(own: HeldShares | null, others: readonly HeldShares[]): LimitShares['clients'] | null {
  const shares: Record<ClientLimit, number | null> = {};
  for (const { held } of others) for (const name of clientNames(held)) shares[name] = null;
  for (const name of clientNames(own?.held ?? {})) shares[name] = own?.held[name]?.share ?? null;
  return Object.keys(shares).length === 0 ? null : shares;
}

const clientNames = (held: HeldShares['held']): ClientLimit[] =>
  Object.keys(held).filter((name): name is ClientLimit => !limitNames.has(name));

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
  for (const { clusterId, clients = {} } of told) {
    const count = Object.keys(clients).length;
    if (count > toldClientsMax) throw new RangeError(`${count} clients of ${clusterId} told of at once`);
  }
}
