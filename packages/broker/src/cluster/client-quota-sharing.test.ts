import { accepted, brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { expect, test } from 'vitest';
import { brokerAccounts } from '../memory/broker-accounts.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord } from '../testing/identity-for-tests.ts';
import { LimitSharing } from './limit-sharing.ts';
import { LogicalCluster } from './logical-cluster.ts';

const rate = 1_000_000;
const client = { principal: 'User:sa-1', keyId: 'KEY' };
const stepMs = 10;

/** Three brokers of one cell, and one client with a quota that sends to each as fast as it may. */
async function threeBrokers(quotaOf: string) {
  const engine = new Engine();
  const { clock, log } = engine;
  const store = createMemoryMetadataStore({ now: () => clock.now() });
  const clientQuotas = [{ client: quotaOf, ingressBytesPerSecMax: rate, egressBytesPerSecMax: rate }];
  const record = { ...clusterRecord('lkc-a'), clientQuotas };
  await store.applyCluster(record);
  const brokers = await Promise.all(
    [1, 2, 3].map(async (brokerId) => {
      const life = accepted(await store.registerBroker(brokerOf(brokerId)));
      const deps = { clock, random: { below: () => 0 }, log, accounts: brokerAccounts(), brokers: 3 };
      const cluster = new LogicalCluster(record, { ...deps, catchUp: () => Promise.resolve() });
      const sharing = new LimitSharing({
        deps: { clock, log, metadata: store },
        life: () => life,
        hasOthers: () => true,
        clusters: () => new Map([['lkc-a', cluster]]),
        groupCount: () => 0,
      });
      sharing.start();
      return { cluster, waitsUntilMs: 0, sent: 0 };
    }),
  );
  /** Lets so much time go by while the client sends to those brokers; what got through at each a second, of the rate. */
  const pass = async (ms: number, ...busy: readonly number[]) => {
    for (const broker of brokers) broker.sent = 0;
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      for (const [at, broker] of brokers.entries()) {
        const nowMs = clock.monotonicMs();
        if (!busy.includes(at) || nowMs < broker.waitsUntilMs) continue;
        const bytes = (rate * stepMs) / 1_000;
        broker.waitsUntilMs = nowMs + broker.cluster.chargeBytes('ingress', client, bytes, 'app');
        broker.sent += bytes;
      }
      await engine.pass(stepMs);
    }
    return brokers.map(({ sent }) => (sent * 1_000) / ms / rate);
  };
  const isShared = async () => {
    const answered = await store.shareLimits(accepted(await store.registerBroker(brokerOf(9))), []);
    return answered.ok && answered.value.length > 0;
  };
  return { brokers, pass, isShared };
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

test.each(['User:sa-1', '<default>', 'Key:KEY'])(
  'a quota of %s holds over three brokers: nearly all of it at one that alone is used, and no more through all',
  async (quotaOf) => {
    const { pass } = await threeBrokers(quotaOf);
    await pass(10_000, 0);
    const one = await pass(10_000, 0);
    expect(one[0]).toBeGreaterThan(0.85);
    expect(one[0]).toBeLessThan(1.02);
    await pass(10_000, 0, 1, 2);
    const all = await pass(10_000, 0, 1, 2);
    expect(sum(all)).toBeGreaterThan(0.85);
    expect(sum(all)).toBeLessThan(1.05);
    for (const each of all) expect(each).toBeGreaterThan(0.2);
  },
);

test('a client that uses little costs the store nothing, and one that has stopped leaves nothing there', async () => {
  const { pass, isShared, brokers } = await threeBrokers('User:sa-1');
  await pass(5_000, 0);
  expect(brokers[0]?.cluster.reachedLimits.totals().get('clientQuotaBytesPerSec')).toBeGreaterThan(0);
  await pass(30_000);
  expect(await isShared()).toBe(false);
});
