import { expect, it } from 'vitest';
import { brokerFigures, prometheusText } from './broker-figures.ts';

const gauge = (name: string, value: number, labels: Record<string, string> = {}) => ({
  ...{ name, value, labels },
  help: `What ${name} is.`,
  kind: 'gauge' as const,
});

it('puts samples of one name together, whatever the order in which they come', async () => {
  const text = await prometheusText([
    gauge('kept_bytes', 1, { cluster: 'lkc-1' }),
    { ...gauge('seconds_total', 2.5), kind: 'counter' },
    gauge('kept_bytes', 3, { cluster: 'lkc-2', kind: 'a' }),
  ]);
  expect(text).toBe(`# HELP kept_bytes What kept_bytes is.
# TYPE kept_bytes gauge
kept_bytes{cluster="lkc-1"} 1
kept_bytes{cluster="lkc-2",kind="a"} 3
# HELP seconds_total What seconds_total is.
# TYPE seconds_total counter
seconds_total 2.5
`);
});

it('writes no label that ends before its value does', async () => {
  const text = await prometheusText([gauge('a', 1, { name: 'quote " back \\ line \n end' })]);
  expect(text.split('\n')[2]).toBe('a{name="quote \\" back \\\\ line \\n end"} 1');
});

it('lets others have their turn between the samples of ten thousand clusters', async () => {
  const clusters = Array.from({ length: 30_000 }, (_, at) =>
    gauge('kept_bytes', at, { cluster: `lkc-${at}` }),
  );
  let turns = 0;
  let isDone = false;
  const watch = () => {
    turns += 1;
    if (!isDone) setImmediate(watch);
  };
  setImmediate(watch);
  const text = await prometheusText(clusters);
  isDone = true;
  expect(text.split('\n')).toHaveLength(30_003);
  // Turns, not their length: how long one takes is the machine's affair.
  expect(turns).toBeGreaterThan(100);
});

it('has the figures of the process as well', async () => {
  const text = await brokerFigures(() => [gauge('a', 1)]).metrics();
  expect(text).toMatch(/^a 1$/m);
  expect(text).toMatch(/^process_cpu_seconds_total \d/m);
});
