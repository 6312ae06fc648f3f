import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  breakdownDaysMax,
  getUsageBreakdown,
  getUsageSeries,
  granularityMs,
  UsageBreakdown,
  UsageSeries,
} from '@weir/contracts/usage';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, requireAccess } from '../access/require-access.ts';
import { type ClusterRow, ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { invalid, notFound } from '../http/refused.ts';
import { CLOCK } from '../platform/tokens.ts';
import { UsageStore, type UsageSum } from './usage.store.ts';
import { answerable, type Interval } from './usage-pieces.ts';
import { seriesInterval, seriesPoints } from './usage-series.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Refuses to answer with nothing where there was something. */
const requireKept = (from: Date, keptFromMs: number): void => {
  if (from.getTime() >= keptFromMs) return;
  throw invalid(
    `Before ${new Date(keptFromMs).toISOString()} usage is kept by the hour. Ask for a granularity of PT1H.`,
  );
};

@Controller()
export class UsageController {
  constructor(
    @Inject(UsageStore) private readonly usage: UsageStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Handles(getUsageSeries)
  async series(
    @TheCall(getUsageSeries) call: Call,
    @Input(getUsageSeries) input: InputOf<typeof getUsageSeries>,
  ): Promise<ResponseOf<typeof getUsageSeries>> {
    const { cellId, id } = await this.#readable(call, input.params.id);
    const now = this.clock.now();
    const span = seriesInterval(input.query, now);
    const interval = { from: new Date(span.fromMs), to: new Date(span.toMs) };
    if (span.bucketMs < hourMs) requireKept(interval.from, (await this.usage.keptFrom()).minutesMs);
    const [sums, completeUntil] = await Promise.all([
      this.#sums(id, interval, span.bucketMs),
      this.usage.completeUntil(cellId, now),
    ]);
    return UsageSeries.parse({
      cluster_id: id,
      granularity: input.query.granularity,
      from: interval.from.toISOString(),
      to: interval.to.toISOString(),
      complete_until: completeUntil?.toISOString() ?? null,
      points: seriesPoints(span, sums),
    });
  }

  @Handles(getUsageBreakdown)
  async breakdown(
    @TheCall(getUsageBreakdown) call: Call,
    @Input(getUsageBreakdown) input: InputOf<typeof getUsageBreakdown>,
  ): Promise<ResponseOf<typeof getUsageBreakdown>> {
    const { id } = await this.#readable(call, input.params.id);
    const { by, meter: meters } = input.query;
    const to = input.query.to === undefined ? new Date(this.clock.now()) : new Date(input.query.to);
    const from = new Date(input.query.from === undefined ? to.getTime() - hourMs : input.query.from);
    if (from >= to) throw invalid('`from` must lie before `to`.');
    if (to.getTime() - from.getTime() > breakdownDaysMax * dayMs) {
      throw invalid(`A breakdown is of ${breakdownDaysMax} days at most. Ask for less time.`);
    }
    const interval = answerable({ from, to }, await this.usage.keptFrom());
    const data = await this.usage.parts(id, interval, { by, meters });
    return UsageBreakdown.parse({
      cluster_id: id,
      from: interval.from.toISOString(),
      to: interval.to.toISOString(),
      by,
      data,
    });
  }

  #sums(id: string, interval: Interval, bucketMs: number): Promise<readonly UsageSum[]> {
    if (bucketMs === hourMs) return this.usage.sumsOfHours(id, interval);
    if (bucketMs === granularityMs.PT1M) return this.usage.sumsOfMinutes(id, interval);
    return this.usage.sumsOfWindows(id, interval, bucketMs);
  }

  async #readable(call: Call, id: string): Promise<ClusterRow> {
    const found = await this.clusters.find(call.caller.organizationId, id);
    if (!found) throw notFound();
    requireAccess(call.caller, 'usage:read', clusterScope(found), 'cluster:read');
    return found;
  }
}
