import { hourMs, hourOf, type Period, periodOf } from '@weir/billing/period';
import type { RatedPart } from '@weir/billing/rate-usage';
import { type SpendPeriod, spendPeriodOf } from '@weir/billing/spend-period';
import type { ControlTx } from '@weir/db/control';
import type { KnownDays } from './known-days.ts';
import { rateOrganization } from './rate-organization.ts';
import { dayOf } from './rated-days.ts';
import type { UsingCluster } from './used.store.ts';

/** Of what something is spent. */
export interface SpendScope {
  readonly scopeKind: string;
  readonly scopeId: string;
}

/** What an organization has spent in a month, as far as the ledger holds it. */
export interface Spending {
  readonly nowMs: number;
  readonly clusters: readonly UsingCluster[];
  readonly parts: readonly RatedPart[];
}

/** As brokers name who comes with a key of a service account. */
const principalOf = (serviceAccountId: string): string => `User:${serviceAccountId}`;

export const isOfClient = ({ scopeKind }: SpendScope) =>
  scopeKind === 'service-account' || scopeKind === 'api-key';

export interface AskedSpending {
  readonly nowMs: number;
  /** The running one, or one before. */
  readonly period: Period;
  /** Days before this are told apart by the day. */
  readonly hourlyFromMs: number;
}

/** What is spent now, for which the last two hours are looked at each. */
export const readRunning = (
  db: ControlTx,
  known: KnownDays,
  organizationId: string,
  scopes: readonly SpendScope[],
  nowMs: number,
): Promise<Spending> => {
  const asked = { nowMs, period: periodOf(nowMs), hourlyFromMs: nowMs - hourMs };
  return readSpending(db, known, organizationId, scopes, asked);
};

/** Principals and keys are told apart only where one of the scopes asks for them. Throws TooMuchUsage. */
export const readSpending = async (
  db: ControlTx,
  known: KnownDays,
  organizationId: string,
  scopes: readonly SpendScope[],
  { hourlyFromMs, nowMs, period }: AskedSpending,
): Promise<Spending> => {
  const isDetailed = scopes.some(isOfClient);
  const detail = { topic: false, principal: isDetailed, key: isDetailed };
  const ids = (kind: string) =>
    scopes.flatMap(({ scopeId, scopeKind }) => (scopeKind === kind ? [scopeId] : []));
  const owners = { principals: ids('service-account').map(principalOf), keys: ids('api-key') };
  const daysUntilMs = dayOf(hourlyFromMs);
  const asked = { organizationId, period, interval: period, nowMs, detail, owners, daysUntilMs };
  return { nowMs, ...(await rateOrganization(db, known, asked)) };
};

/** Whether a cluster belongs to a scope; all of them where it is a client's, or the organization's. */
export const coversCluster = (
  { scopeId, scopeKind }: SpendScope,
  cluster: { readonly clusterId: string; readonly environmentId: string },
): boolean => {
  if (scopeKind === 'cluster') return cluster.clusterId === scopeId;
  return scopeKind !== 'environment' || cluster.environmentId === scopeId;
};

const isIn = (scope: SpendScope, environments: ReadonlyMap<string, string>, part: RatedPart): boolean => {
  switch (scope.scopeKind) {
    case 'service-account':
      return part.principal === principalOf(scope.scopeId);
    case 'api-key':
      return part.key === scope.scopeId;
    default: {
      const environmentId = environments.get(part.clusterId) ?? '';
      return coversCluster(scope, { clusterId: part.clusterId, environmentId });
    }
  }
};

/** What is spent in a scope, of all that is. */
export const partsIn = ({ clusters, parts }: Spending, scope: SpendScope): readonly RatedPart[] => {
  const environments = new Map(clusters.map((each) => [each.clusterId, each.environmentId]));
  return parts.filter((part) => isIn(scope, environments, part));
};

/** What costs by the hour, and by how much only the ledger says. */
const isKept = ({ meter }: RatedPart): boolean =>
  meter === 'stored_byte_seconds' || meter === 'partition_seconds';

export interface Spent {
  readonly fromMs: number;
  readonly micros: bigint;
  /** Of it, by cluster, in this hour and the last: where it is spent now. */
  readonly recent: ReadonlyMap<string, bigint>;
  /** What is stored, and partitions, cost in an hour, by the last one, or this if that is more already. */
  readonly keptPerHour: bigint;
}

/** What of it is spent in a scope, in the running hour, day or month. */
export const spentIn = (spending: Spending, scope: SpendScope, kind: SpendPeriod): Spent => {
  const { nowMs } = spending;
  const { fromMs } = spendPeriodOf(kind, nowMs);
  const thisHour = hourOf(nowMs);
  const recent = new Map<string, bigint>();
  let micros = 0n;
  let lately = 0n;
  let before = 0n;
  for (const part of partsIn(spending, scope)) {
    if (part.hourMs >= fromMs) micros += part.micros;
    if (part.hourMs < thisHour - hourMs) continue;
    recent.set(part.clusterId, (recent.get(part.clusterId) ?? 0n) + part.micros);
    if (!isKept(part)) continue;
    if (part.hourMs === thisHour) lately += part.micros;
    else before += part.micros;
  }
  return { fromMs, micros, recent, keptPerHour: lately > before ? lately : before };
};
