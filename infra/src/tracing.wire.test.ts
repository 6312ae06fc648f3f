import { type ReceivedSpan, TraceReceiver } from '@weir/testing/trace-receiver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from './testing/launch-for-tests.ts';

// The whole product with a real receiver of traces beside it.

const password = 'a long enough password';
const email = 'ada-of-the-traces@example.com';
const workerMsMax = 90_000;

let weir: Installation;
let receiver: TraceReceiver;
beforeAll(async () => {
  weir = await Installation.make();
  receiver = await TraceReceiver.start();
  const secret = 'authorization=Bearer of-the-receiver';
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_HEADERS: secret };
  await weir.launch(env).line('weir ready');
});
afterAll(async () => {
  await weir.remove();
  await receiver.stop();
});

/** As a page of the console asks, with a cookie of its own origin. */
async function ask(cookie: string, path: string, body: object, more: object = {}): Promise<Response> {
  const origin = `http://localhost:${weir.ports.console}`;
  const headers = { 'content-type': 'application/json', origin, cookie, ...more };
  const response = await fetch(`${origin}/api${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

const find = (wanted: Partial<ReceivedSpan>): ReceivedSpan | undefined =>
  receiver.spans.find((span) =>
    Object.entries(wanted).every(([key, value]) => Object.is(at(span, key), value)),
  );
const at = (span: ReceivedSpan, key: string) => Object.entries(span).find(([name]) => name === key)?.[1];

/** The span under its parent, once it was sent. */
async function under(parent: ReceivedSpan, service: string, name: string, timeout = 10_000) {
  const { spanId: parentSpanId, traceId } = parent;
  const wanted = { service, name, traceId, parentSpanId };
  await expect.poll(() => find(wanted), { timeout, interval: 200 }).toBeDefined();
  const found = find(wanted);
  if (found === undefined) throw new Error(`no span ${name} of ${service}`);
  return found;
}

test('a click is one trace from the console over the API to the store of the cell, and over the worker where that goes on', async () => {
  const signedUp = await ask('', '/auth/sign-up/email', { name: 'Ada', email, password });
  const cookie = signedUp.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const foreign = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const made = await ask(
    cookie,
    '/cmk/v2/clusters',
    { spec: { display_name: 'secret-plans', config: { kind: 'Dedicated', cku: 1 } } },
    { traceparent: foreign },
  );
  const { id } = (await made.json()) as { id: string }; // Of the contract.
  // Before there is a cell to tell of it: the worker does so later.
  await ask(cookie, '/iam/v2/api-keys', { spec: { resource: { id } } });
  const shared = await ask(cookie, '/cmk/v2/clusters', { spec: { display_name: 'shared-plans' } });
  const { id: sharedId } = (await shared.json()) as { id: string }; // Of the contract.

  await expect
    .poll(() => receiver.spans.filter(({ name }) => name === 'createCluster').length, { timeout: 10_000 })
    .toBe(2);
  const [api] = receiver.spans.filter(({ name, traceId }) => {
    const isApplied = receiver.spans.some(
      (span) => span.attributes['weir.subject'] === sharedId && span.traceId === traceId,
    );
    return name === 'createCluster' && isApplied;
  });
  if (api === undefined) throw new Error('the shared cluster was not traced');
  expect(api).toMatchObject({ service: 'weir-api', isFailed: false });
  expect(api.attributes['http.response.status_code']).toBe('202');
  // Each process sends its spans when it comes to it.
  await expect
    .poll(() => find({ spanId: api.parentSpanId }), { timeout: 10_000 })
    .toMatchObject({ service: 'weir-console', traceId: api.traceId });
  const applied = await under(api, 'weir-api', 'apply cluster');
  await under(applied, 'weir-api', 'cell apply cluster');
  await ask(cookie, `/kafka/v3/clusters/${sharedId}/topics`, { topic_name: 'secret-topic' });
  await expect
    .poll(() => find({ service: 'weir-api', name: 'createTopic' }), { timeout: 10_000 })
    .toBeDefined();
  const topic = find({ service: 'weir-api', name: 'createTopic' });
  if (topic === undefined) throw new Error('the topic was not traced');
  await under(topic, 'weir-api', 'cell create topic');

  const key = find({ service: 'weir-api', name: 'createApiKey' });
  if (key === undefined) throw new Error('the key was not traced');
  const later = await under(key, 'weir-worker', 'apply api-key', workerMsMax);
  await expect
    .poll(() => find({ service: 'weir-worker', name: 'cell apply credential', traceId: later.traceId }), {
      timeout: workerMsMax,
      interval: 200,
    })
    .toBeDefined();

  // What people and tenants wrote, and whose trace somebody would like it to be, is nowhere in it.
  for (const word of [
    email,
    'Ada',
    password,
    'secret-plans',
    'shared-plans',
    'secret-topic',
    'a'.repeat(32),
    'of-the-receiver',
  ])
    expect(receiver.text).not.toContain(word);
});
