import { describe, expect, it } from 'vitest';
import { intervalOf, scopeOf } from './metrics.policy.ts';

const cluster = { field: 'resource.kafka.id', op: 'EQ', value: 'lkc-1' } as const;
const topic = { field: 'metric.topic', op: 'EQ', value: 'orders' } as const;

describe('a filter', () => {
  it('means one cluster, and one topic if it says so', () => {
    expect(scopeOf(cluster)).toEqual({ clusterId: 'lkc-1', topic: undefined });
    expect(scopeOf({ op: 'AND', filters: [topic, cluster] })).toEqual({
      clusterId: 'lkc-1',
      topic: 'orders',
    });
  });

  it('without a cluster, or with two, is refused', () => {
    expect(() => scopeOf({ op: 'AND', filters: [topic] })).toThrow(/exactly one cluster/);
    expect(() => scopeOf({ op: 'AND', filters: [cluster, cluster] })).toThrow(/exactly one cluster/);
  });
});

describe('an interval', () => {
  const start = '2026-01-01T00:00:00Z';

  it.each([
    ['2026-01-01T06:00:00Z', 6],
    ['PT1H', 1],
    ['P1D', 24],
    ['P1DT2H', 26],
    ['PT90M', 1.5],
  ])('may end at %s', (end, hours) => {
    const { from, to } = intervalOf(`${start}/${end}`);
    expect((to.getTime() - from.getTime()) / 3_600_000).toBe(hours);
  });

  it.each([
    '',
    start,
    `${start}/`,
    `${start}/P`,
    `${start}/${start}`,
    `${start}/PT1S`,
    'x/PT1H',
    `${start}/P99D`,
  ])('is refused as %j', (text) => {
    expect(() => intervalOf(text)).toThrow(/interval/);
  });
});
