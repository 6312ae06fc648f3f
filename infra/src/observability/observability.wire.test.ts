import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../root.ts';
import { Installation } from '../testing/launch-for-tests.ts';
import { Tenant } from '../testing/tenant-for-tests.ts';
import { metricsIn, metricsOf } from './metric-names.ts';
import { readDashboards, readRules } from './observability-files.ts';

// What the processes of the product export while it runs, beside what dashboards and rules ask for.

let weir: Installation;
let brokerFigures = 0;
const exported = new Map<string, ReadonlySet<string>>();

beforeAll(async () => {
  weir = await Installation.make();
  const [worker, broker] = [await findFreePort(), await findFreePort()];
  brokerFigures = broker;
  const launched = weir.launch({
    WEIR_WORKER_PORT: String(worker),
    WEIR_BROKER_METRICS_PORT: String(broker),
  });
  await launched.line('weir ready');
  // Figures of a cluster are there once it has used something.
  const tenant = await Tenant.signUp(weir);
  await tenant.createTopic('orders');
  await tenant.kcat(['-P', '-t', 'orders'], 'a line\n');
  for (const [name, port] of Object.entries({ ...weir.ports, worker, broker })) {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect([name, answer.status]).toEqual([name, 200]);
    exported.set(name, metricsOf(await answer.text()));
  }
});
afterAll(() => weir.remove());

/** Made by Prometheus itself, of each target. */
const ofPrometheus = ['up'];
/** There once a limit has slowed or refused a cluster, which nothing here does. */
const onceReached = ['weir_cluster_limit_reached_total'];

const known = () =>
  new Set([...ofPrometheus, ...onceReached, ...[...exported.values()].flatMap((names) => [...names])]);

test('what is exported only once it is reached has that name in the broker', () => {
  const source = readFileSync(join(root, 'packages', 'broker', 'src', 'metrics.ts'), 'utf8');
  for (const name of onceReached) expect(source).toContain(`counter('${name}'`);
});

test('every process exports its own figures and those of its runtime', () => {
  expect(exported.get('api')).toContain('weir_api_request_duration_seconds_count');
  expect(exported.get('console')).toContain('weir_console_request_duration_seconds_count');
  expect(exported.get('worker')).toContain('weir_worker_job_duration_seconds_count');
  expect(exported.get('broker')).toContain('weir_broker_partitions_led');
  for (const names of exported.values()) expect(names).toContain('process_resident_memory_bytes');
});

test('a broker shows what Apache Kafka shows as well under the names that dashboards of Kafka know', () => {
  for (const name of [
    'kafka_server_brokertopicmetrics_messagesin_total',
    'kafka_server_brokertopicmetrics_bytesin_total',
    'kafka_server_brokertopicmetrics_bytesout_total',
    'kafka_network_requestmetrics_requests_total',
    'kafka_server_replicamanager_leadercount',
    'kafka_server_replicamanager_underreplicatedpartitions',
    'kafka_server_socket_server_metrics_connection_count',
  ])
    expect(exported.get('broker')).toContain(name);
});

test('what was written, and how long that took, is in the figures of the broker', async () => {
  const text = await (await fetch(`http://127.0.0.1:${brokerFigures}/metrics`)).text();
  expect(text).toMatch(/^kafka_server_brokertopicmetrics_messagesin_total 1$/m);
  expect(text).toMatch(/^kafka_server_brokertopicmetrics_bytesin_total [1-9]\d+$/m);
  const produced = /^kafka_network_requestmetrics_requests_total\{request="Produce"\} (\d+)$/m.exec(
    text,
  )?.[1];
  expect(Number(produced)).toBeGreaterThan(0);
  const family = 'weir_broker_request_duration_seconds';
  expect(text).toContain(`# TYPE ${family} histogram\n`);
  expect(text).toContain(`${family}_count{api="Produce"} ${produced}\n`);
  expect(text).toContain(`${family}_bucket{api="Produce",le="+Inf"} ${produced}\n`);
});

test('how much a broker logs is told and changed while it runs', async () => {
  const url = `http://127.0.0.1:${brokerFigures}/log-level`;
  expect(await (await fetch(url)).json()).toEqual({ level: 'info' });
  expect((await fetch(url, { method: 'PUT', body: '{"level":"warn"}' })).status).toBe(200);
  expect(await (await fetch(url)).json()).toEqual({ level: 'warn' });
});

test.each(readRules().map(({ alert, expr }) => [alert, expr]))(
  'the rule %s asks for what there is',
  (_, expression) => {
    const names = metricsIn(expression);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(known()).toContain(name);
  },
);

test.each(readDashboards().map((dashboard) => [dashboard.title, dashboard] as const))(
  'every panel of %s asks for what there is',
  (_, { panels }) => {
    for (const { targets, title } of panels) {
      for (const { expr } of targets) {
        for (const name of metricsIn(expr)) expect(known(), `${title}: ${expr}`).toContain(name);
      }
    }
  },
);
