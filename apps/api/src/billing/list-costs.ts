import { Inject, Injectable } from '@nestjs/common';
import { periodsBetween } from '@weir/billing/period';
import type { Cost, CostDimension, CostGranularity, CostOrder } from '@weir/contracts/billing';
import { microsOf } from '@weir/contracts/words/amount-text';
import { KnownDays } from '@weir/costs/known-days';
import { rateOrganization } from '@weir/costs/rate-organization';
import { TooMuchUsage } from '@weir/costs/used.store';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { invalid } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { bucketOf, costInterval } from './cost-interval.ts';
import { type CostFilter, type Costs, costsOf, isAsked, type PlacedPart, precision } from './cost-rows.ts';
import { requireCostReaderOf } from './require-cost-reader.ts';
import { ShortMemory } from './short-memory.ts';

export interface AskedCosts {
  readonly granularity: CostGranularity;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly by: readonly CostDimension[];
  readonly filter: CostFilter;
  readonly order: CostOrder;
}

/** Pages ask for several views every few seconds; the next page of a list is of the same answer. */
const rememberedMs = 1_500;

/**
 * What usage costs over time. It is rated when it is asked for, from the hours that are there by then: what is remembered of
 * days that have ended is used only as long as it cannot differ from them.
 */
@Injectable()
export class ListCosts {
  readonly #memory: ShortMemory<Costs>;

  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(KnownDays) private readonly known: KnownDays,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#memory = new ShortMemory(clock, rememberedMs);
  }

  async run({ caller }: Call, asked: AskedCosts): Promise<Costs> {
    requireCostReaderOf(caller, asked.filter.principal);
    const { organizationId } = caller;
    const key = `${organizationId} ${JSON.stringify(asked)}`;
    return this.#memory.of(key, () => this.#read(organizationId, asked));
  }

  async #read(organizationId: string, question: AskedCosts): Promise<Costs> {
    const { by, filter, granularity } = question;
    const nowMs = this.clock.now();
    const interval = costInterval(question, nowMs);
    const needs = (name: 'topic' | 'principal' | 'api_key') =>
      by.includes(name) || filter[name] !== undefined;
    const detail = { topic: needs('topic'), principal: needs('principal'), key: needs('api_key') };
    const parts: PlacedPart[] = [];
    for (const period of periodsBetween(interval.fromMs, interval.toMs)) {
      const part = {
        fromMs: Math.max(interval.fromMs, period.fromMs),
        toMs: Math.min(interval.toMs, period.toMs),
      };
      const daysUntilMs = granularity === 'PT1H' ? 0 : part.toMs;
      const mayJoinDays = granularity === 'P1M' || granularity === 'TOTAL';
      const how = {
        detail,
        daysUntilMs,
        mayJoinDays,
        precision,
        isOneSnapshot: true,
        ...askedOwners(filter),
      };
      const asked = { organizationId, period, interval: part, nowMs, ...how };
      const rated = await this.db
        .$transaction((tx) => rateOrganization(tx, this.known, asked), { isolationLevel: 'RepeatableRead' })
        .catch(tooMuch);
      const environments = new Map(rated.clusters.map((each) => [each.clusterId, each.environmentId]));
      for (const each of rated.parts) {
        const placed = { ...each, environmentId: environments.get(each.clusterId) ?? '' };
        if (isAsked(placed, filter)) parts.push(placed);
      }
    }
    const bucket = (ms: number) => (granularity === 'TOTAL' ? interval : bucketOf(granularity, ms));
    const costs = costsOf(parts, bucket, by);
    return question.order === 'TIME' ? costs : { ...costs, rows: costs.rows.toSorted(dearestFirst) };
  }
}

const dearestFirst = (one: Cost, other: Cost): number => {
  const difference = microsOf(other.amount) - microsOf(one.amount);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Who is asked for alone, so that nobody else's rows are read. Without a name is whatever has none. */
const askedOwners = ({ api_key = '', principal = '' }: CostFilter) =>
  api_key === '' && principal === ''
    ? {}
    : {
        owners: {
          principals: principal === '' ? [] : [principal, `User:${principal}`],
          keys: api_key === '' ? [] : [api_key],
        },
      };

const tooMuch = (cause: unknown): never => {
  if (!(cause instanceof TooMuchUsage)) throw cause;
  throw invalid(
    'That is more usage than one answer can be made of. Ask for less time, or without topic and principal.',
  );
};
