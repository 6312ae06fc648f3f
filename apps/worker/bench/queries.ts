import { setTimeout as delay } from 'node:timers/promises';
import { clusterIds } from './fill.ts';

export interface Figure {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What pages ask, each time of another interval, so that nothing is remembered; by the API, over HTTP. */
const asked = (endMs: number): readonly (readonly [name: string, path: (nth: number) => string])[] => {
  const [busy = '', quiet = ''] = clusterIds;
  const text = (ms: number) => new Date(ms).toISOString();
  const span = (ms: number, nth: number) => {
    const to = endMs - nth * 60_000;
    return `from=${text(to - ms)}&to=${text(to)}`;
  };
  const hours = (ms: number, nth: number) => {
    const to = endMs - (nth % 100) * hourMs;
    return `from=${text(to - ms)}&to=${text(to)}`;
  };
  const series = (id: string, granularity: string, query: string) =>
    `/usage/v1/clusters/${id}/series?granularity=${granularity}&${query}`;
  const breakdown = (by: string, ms: number) => (nth: number) =>
    `/usage/v1/clusters/${nth % 4 === 3 ? quiet : busy}/breakdown?by=${by}&${span(ms, nth)}`;
  const costs = (query: string) => (nth: number) => `/billing/v1/costs?${query}&${hours(14 * dayMs, nth)}`;
  /** As pages ask: from the beginning of a day to any hour. */
  const totals = (by: string) => (nth: number) => {
    const to = endMs - (nth % 100) * hourMs;
    const from = Math.floor(to / dayMs) * dayMs - 13 * dayMs;
    return `/billing/v1/costs?granularity=TOTAL&group_by=${by}&from=${text(from)}&to=${text(to)}`;
  };
  return [
    ['usage, 15 minutes by 10 s', (nth) => series(busy, 'PT10S', span(900_000, nth))],
    ['usage, 90 minutes by minute', (nth) => series(busy, 'PT1M', span(5_400_000, nth))],
    ['usage, 30 days by hour', (nth) => series(busy, 'PT1H', span(30 * dayMs, nth))],
    ['by topic, an hour', breakdown('topic', hourMs)],
    ['by topic, a day', breakdown('topic', dayMs)],
    ['by topic, 30 days', breakdown('topic', 30 * dayMs)],
    ['by principal, 30 days', breakdown('principal', 30 * dayMs)],
    ['by key, 30 days', breakdown('key', 30 * dayMs)],
    ['costs, 14 days by day', costs('granularity=P1D')],
    ['costs, 14 days by cluster', totals('cluster')],
    ['costs, 14 days by topic', totals('topic')],
    ['costs, 14 days by principal', totals('principal')],
    ['month to date', () => '/billing/v1/month-to-date'],
  ];
};

/** For so long the API remembers a month to date, which has nothing that differs. */
const rememberedMs = 1_600;
const warmUps = 5;

export const measureQueries = async (
  get: (path: string) => Promise<number>,
  endMs: number,
  times: number,
): Promise<readonly Figure[]> => {
  const figures: Figure[] = [];
  for (const [name, path] of asked(endMs)) {
    const isRemembered = name === 'month to date';
    const count = isRemembered ? Math.min(times, 25) : times;
    const took: number[] = [];
    for (let nth = 0; nth < warmUps + count; nth++) {
      if (isRemembered) await delay(rememberedMs);
      const ms = await get(path(nth));
      if (nth >= warmUps) took.push(ms);
    }
    took.sort((one, other) => one - other);
    // The nearest rank: the least of them that is not below that share of all.
    const at = (share: number) => took[Math.ceil(share * took.length) - 1] ?? 0;
    figures.push({ name, p50: at(0.5), p99: at(0.99), count });
    process.stdout.write(`${name}: p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms\n`);
  }
  return figures;
};
