import { describe, expect, it, test } from 'vitest';
import { metricsIn, metricsOf } from './metric-names.ts';
import { readDashboards, readRules, readScrapes } from './observability-files.ts';

describe('the metrics of an expression', () => {
  it.each([
    ['up{job="weir-api"} == 0', ['up']],
    ['sum by (le, operation) (rate(a_bucket{x=~"b|c"}[5m]))', ['a_bucket']],
    ['histogram_quantile(0.99, sum(rate(a[5m]))) / b > 0 and on (c) d', ['a', 'b', 'd']],
  ])('%s', (expression, names) => {
    expect(metricsIn(expression)).toEqual(names);
  });
});

test('what a process exports are its samples, and what it has only said the type of', () => {
  const text = '# HELP a x\n# TYPE a counter\n# TYPE h histogram\nb{c="d"} 1\ne 2\n';
  expect([...metricsOf(text)].toSorted()).toEqual(['a', 'b', 'e', 'h_bucket', 'h_count', 'h_sum']);
});

test('every rule says what is the matter and what to do, and has a name of its own', () => {
  const names = readRules().map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(10);
});

test('every panel of a dashboard has a number of its own and asks something', () => {
  for (const { panels, title } of readDashboards()) {
    expect([title, new Set(panels.map(({ id }) => id)).size]).toEqual([title, panels.length]);
  }
});

test('rules and dashboards name only jobs that are scraped', () => {
  const jobs = readScrapes().scrape_configs.map(({ job_name }) => job_name);
  const expressions = [
    ...readRules().map(({ expr }) => expr),
    ...readDashboards().flatMap(({ panels }) =>
      panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ),
  ];
  const named = expressions.flatMap((expr) => [...expr.matchAll(/job="([^"]+)"/g)].map((match) => match[1]));
  expect(named.length).toBeGreaterThan(2);
  for (const job of named) expect(jobs).toContain(job);
});
