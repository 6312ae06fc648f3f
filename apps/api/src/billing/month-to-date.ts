import { Inject, Injectable } from '@nestjs/common';
import { type CostHour, forecast, forecastThen, seenMsMax } from '@weir/billing/forecast';
import { decimalText } from '@weir/billing/money';
import { dayMs, type Period, periodBefore, periodOf } from '@weir/billing/period';
import { bookOf } from '@weir/billing/price-books';
import type { MonthToDate } from '@weir/contracts/billing';
import { KnownDays } from '@weir/costs/known-days';
import { rateOrganization, withoutDetail } from '@weir/costs/rate-organization';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { sumOf } from './cost-rows.ts';
import { requireCostReader } from './require-cost-reader.ts';
import { ShortMemory } from './short-memory.ts';

/** Rating a large organization takes half a second of this process. */
const rememberedMs = 1_500;

/** What the running month costs, and what it will have cost. */
@Injectable()
export class ReadMonthToDate {
  readonly #memory: ShortMemory<MonthToDate>;

  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(KnownDays) private readonly known: KnownDays,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {
    this.#memory = new ShortMemory(clock, rememberedMs);
  }

  async run({ caller }: Call): Promise<MonthToDate> {
    requireCostReader(caller);
    return this.#memory.of(caller.organizationId, () => this.#read(caller.organizationId));
  }

  async #read(organizationId: string): Promise<MonthToDate> {
    const nowMs = this.clock.now();
    const period = periodOf(nowMs);
    const last = periodBefore(period);
    const rate = (of: Period) =>
      rateOrganization(this.db, this.known, {
        organizationId,
        period: of,
        interval: of,
        nowMs,
        detail: withoutDetail,
        daysUntilMs: hourlyFrom(nowMs),
      });
    const [running, before, earlier] = await Promise.all([
      rate(period),
      rate(last),
      rate(periodBefore(last)),
    ]);
    const begins = [...earlier.clusters, ...before.clusters, ...running.clusters].flatMap(({ terms }) =>
      terms.map(({ atMs }) => atMs),
    );
    const firstMs = begins.reduce((first, atMs) => Math.min(first, atMs), nowMs);
    const costs = [...earlier.parts, ...before.parts, ...running.parts];
    const { expected, high, hoursSeen, low } = forecast(period, nowMs, firstMs, costs);
    const book = bookOf(period);
    const amount = (micros: bigint) => decimalText(micros);
    return {
      api_version: 'billing/v1',
      kind: 'MonthToDate',
      start: timeText(period.fromMs),
      end: timeText(period.toMs),
      as_of: timeText(nowMs),
      currency: book.currency,
      price_book: book.version,
      amount: amount(sumOf(running.parts, ({ micros }) => micros)),
      forecast: {
        amount: amount(expected),
        low_amount: amount(low),
        high_amount: amount(high),
        hours_seen: hoursSeen,
      },
      last_month: {
        start: timeText(last.fromMs),
        amount: amount(sumOf(before.parts, ({ micros }) => micros)),
        forecast: forecastOn(sameDayOf(last, period, nowMs), last, firstMs, costs),
      },
      payment: this.settings.payments === null ? 'OFF' : 'ON',
    };
  }
}

/** The day of that month that has as many before it as today has in its own; of a shorter month its last. */
const sameDayOf = (month: Period, running: Period, nowMs: number): number => {
  const days = Math.floor((nowMs - running.fromMs) / dayMs);
  return Math.min(month.fromMs + days * dayMs, month.toMs - dayMs);
};

const forecastOn = (atMs: number, month: Period, firstMs: number, costs: readonly CostHour[]) => {
  const then = forecastThen(month, atMs, firstMs, costs);
  if (then === null) return null;
  const { expected, high, low } = then;
  return {
    as_of: timeText(atMs),
    amount: decimalText(expected),
    low_amount: decimalText(low),
    high_amount: decimalText(high),
  };
};

/** Days before it need not be told apart by the hour. */
const hourlyFrom = (nowMs: number): number => Math.floor((nowMs - seenMsMax) / dayMs) * dayMs;

const timeText = (ms: number): string => new Date(ms).toISOString();
