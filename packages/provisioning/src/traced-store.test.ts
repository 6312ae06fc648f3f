import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { currentTraceparent, startTracing, traced } from '@weir/runtime/tracing';
import { TraceReceiver } from '@weir/testing/trace-receiver';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { tracedStore } from './traced-store.ts';

let receiver: TraceReceiver;
beforeAll(async () => {
  receiver = await TraceReceiver.start();
});
afterAll(() => receiver.stop());

/** What a receiver gets of it. */
const spansOf = async (work: () => Promise<unknown>) => {
  // The library reads the process's own.
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const lost: unknown[] = [];
  const end = await startTracing('test', env, (cause) => lost.push(cause));
  receiver.spans.length = 0;
  await work();
  await end();
  expect(lost).toEqual([]);
  return receiver.spans;
};

it('each operation of a cell’s store is a span of what asked for it, with its answer and its failure', async () => {
  const memory = createMemoryMetadataStore();
  const away = () => Promise.reject(new Error('the store is away'));
  const store = tracedStore(Object.assign(memory, { findCluster: away }));
  const spans = await spansOf(() =>
    traced('click', { kind: 'server' }, async () => {
      const refused = await store.applyRoleGrants('lkc-none', { version: 1, grants: [] });
      expect(refused).toMatchObject({ ok: false, refusal: 'UNKNOWN_CLUSTER' });
      await expect(store.findCluster('lkc-none')).rejects.toThrow('the store is away');
    }),
  );
  const click = spans.find(({ name }) => name === 'click');
  const asked = spans.filter(({ parentSpanId }) => parentSpanId === click?.spanId);
  expect(asked.map(({ isFailed, name }) => [name, isFailed])).toEqual([
    ['cell apply role grants', false],
    ['cell find cluster', true],
  ]);
});

it('what is part of no trace begins none, and what goes on for long is none', async () => {
  const store = tracedStore(createMemoryMetadataStore());
  const spans = await spansOf(async () => {
    expect(await store.changesSince(0)).toMatchObject({ changes: [] });
    await traced('click', { kind: 'server' }, async () => {
      expect(currentTraceparent()).not.toBeNull();
      store.watch(() => undefined)();
    });
    await store.close();
  });
  expect(spans.map(({ name }) => name)).toEqual(['click']);
});
