import { brokerLeaseMs } from '@weir/metadata-store/broker-rules';
import { accepted, brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { leaseRenewalMs, registrationWaitMs } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { BrokerLife } from './broker-life.ts';

/** A store, and brokers of which each believes to be number 1. */
function cell() {
  const engine = new Engine();
  const { clock, log } = engine;
  const store = createMemoryMetadataStore({ now: () => clock.now() });
  const told: string[] = [];
  const begin = async (directoryPlace: string | null, metadata = store) => {
    const life = new BrokerLife({ metadata, clock, log });
    const broker = brokerOf(1, { directoryPlace });
    const registered = await engine.run(life.begin(broker, (problem) => told.push(problem)));
    return { life, registered };
  };
  return { engine, store, told, begin };
}

test('a broker keeps its id for as long as it lives, and whoever wants it is told who has it', async () => {
  const { engine, begin } = cell();
  const { life } = await begin('here');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const began = engine.world.now;
    await expect(begin('elsewhere')).rejects.toThrow('Broker 1 is alive at localhost:9001');
    expect(engine.world.now - began).toBeGreaterThanOrEqual(registrationWaitMs);
  }
  expect(life.isOver).toBe(false);
  expect(engine.events.filter((event) => event === 'broker.id.taken')).toHaveLength(3);
});

test('an id that was given back is free at once, that of a broker that died once its lease has run out', async () => {
  const { engine, begin } = cell();
  const { life } = await begin('here');
  await engine.run(life.end());
  const began = engine.world.now;
  const second = await begin('elsewhere');
  expect([second.registered.bootEpoch, engine.world.now - began < 10]).toEqual([2, true]);
  await engine.pass(10 * leaseRenewalMs);
  second.life.seen({ ...second.registered, bootEpoch: 3 });
  const third = await begin('here');
  expect(third.registered.bootEpoch).toBe(3);
  expect(engine.world.now - began).toBeLessThan(10 * leaseRenewalMs + brokerLeaseMs + 200);
});

test('a broker whose id another one has taken leads nothing any more, and says so once', async () => {
  const { engine, store, told, begin } = cell();
  const { life } = await begin('here');
  accepted(await store.registerBroker(brokerOf(1, { directoryPlace: 'here', port: 9999 })));
  await engine.pass(leaseRenewalMs + 10);
  expect([life.isOver, told.length]).toEqual([true, 1]);
  await engine.pass(10 * leaseRenewalMs);
  expect([told.length, engine.events.filter((event) => event === 'broker.replaced').length]).toEqual([1, 1]);
});

test('of what the picture says only a later life of the own id counts', async () => {
  const { told, begin } = cell();
  const { life, registered } = await begin('here');
  life.seen(registered);
  life.seen({ ...registered, brokerId: 2, bootEpoch: 9 });
  expect(life.isOver).toBe(false);
  life.seen({ ...registered, host: 'other', bootEpoch: 2 });
  expect(told).toEqual(['another broker has registered as broker 1, from other:9001']);
});

test('while the store is away the broker goes on, says it once, and says when the store is back', async () => {
  const { engine, store, begin } = cell();
  let isAway = false;
  const away = Object.assign(Object.create(store) as typeof store, {
    registerBroker: store.registerBroker.bind(store),
    renewLease: (id: Parameters<typeof store.renewLease>[0]) =>
      isAway ? Promise.reject(new StoreError('renewLease')) : store.renewLease(id, 0),
  });
  const { life } = await begin('here', away);
  isAway = true;
  await engine.pass(60_000);
  isAway = false;
  await engine.pass(2 * leaseRenewalMs);
  const lines = engine.events.filter((event) => event.startsWith('broker.lease'));
  expect([life.isOver, lines]).toEqual([false, ['broker.lease.not-renewed', 'broker.lease.renewed-again']]);
  await expect(begin('elsewhere')).rejects.toThrow('is alive');
});
