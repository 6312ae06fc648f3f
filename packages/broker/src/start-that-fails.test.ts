import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { type MetadataStore, StoreError } from '@weir/metadata-store/port';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BrokerOptions, startBroker } from './broker.ts';
import { leaseRenewalMs } from './limits.ts';
import { noUsage } from './metering/no-usage.ts';
import { nodeClock } from './node-deps/node-clock.ts';
import { createNodeDisk } from './node-deps/node-disk.ts';
import { nodeNetwork } from './node-deps/node-network.ts';
import { nodeRandom } from './node-deps/node-random.ts';
import { createNodeWorkers } from './node-deps/node-workers.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weir-start-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const options: BrokerOptions = {
  brokerId: 1,
  listenHost: '127.0.0.1',
  listenPort: 0,
  advertisedHost: '127.0.0.1',
  advertisedPort: null,
  durability: 'fsync',
  anonymousClusterId: null,
  directoryPlace: 'place of the test',
};

/** A store of which the broker sees what `see` says, and what it was asked for. */
function world(see: Partial<MetadataStore>) {
  const store = createMemoryMetadataStore();
  const asked: string[] = [];
  const metadata = new Proxy<MetadataStore>(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(see, name) ? see : target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        asked.push(String(name));
        return value.apply(target, args);
      };
    },
  });
  const lines: string[] = [];
  const line = (event: string) => void lines.push(event);
  const deps = {
    clock: nodeClock,
    disk: createNodeDisk(dir),
    network: nodeNetwork,
    peerNetwork: nodeNetwork,
    metadata,
    random: nodeRandom,
    usage: noUsage,
    log: { info: line, warn: line, error: line },
    heap: { onCollected: () => () => undefined },
    workers: createNodeWorkers(),
  };
  return { store, asked, deps, lines };
}

test('a broker whose start fails after it has registered gives its id back, and renews nothing', async () => {
  const { store, asked, deps } = world({
    createTopic: () => Promise.reject(new Error('a broken invariant')),
  });
  await expect(startBroker(deps, options)).rejects.toThrow('a broken invariant');
  const elsewhere = brokerOf(1, { directoryPlace: 'another one' });
  expect(await store.registerBroker(elsewhere)).toMatchObject({ ok: true, value: { bootEpoch: 2 } });
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 3 * leaseRenewalMs));
  expect(asked.slice(before)).toEqual([]);
});

test('a start that the store interrupts after it has registered goes on once the store answers again', async () => {
  let refusals = 2;
  const store = createMemoryMetadataStore();
  const createTopic: MetadataStore['createTopic'] = (topic) => {
    refusals -= 1;
    return refusals >= 0 ? Promise.reject(new StoreError('away')) : store.createTopic(topic);
  };
  const bound = new Proxy<MetadataStore>(store, {
    get: (target, name) => {
      if (name === 'createTopic') return createTopic;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { deps, lines } = world({});
  const broker = await startBroker({ ...deps, metadata: bound }, options);
  expect(broker.bootEpoch).toBe(3);
  expect(lines.filter((event) => event === 'broker.start.interrupted')).toHaveLength(2);
  await broker.stop();
});
