import { expect, test } from 'vitest';
import { brokerLeaseMs } from './broker-rules.ts';
import type { Current } from './conformance.ts';
import { accepted, brokerOf } from './conformance-fixtures.ts';

/** The part of the suite about the lives of brokers. */
export function describeBrokers(current: Current): void {
  test('each life of a broker has the next boot epoch, and readers learn where it is', async () => {
    const { cell, store } = current();
    const { directoryPlace, lastBootEpochMax, directoryMark, hasLostWrites, missingReplicas, ...broker } =
      brokerOf(4);
    const first = { ...broker, bootEpoch: 1, isFenced: false, isCordoned: false };
    expect(accepted(await store.registerBroker(brokerOf(4)))).toEqual({ ...first, isDirectoryLost: false });
    const moved = brokerOf(4, { port: 9005, directoryId: 'YW5vdGhlciBkaXJlY3Rvcnk' });
    const { isDirectoryLost, ...second } = accepted(await store.registerBroker(moved));
    expect(second).toMatchObject({ bootEpoch: 2, port: 9005, directoryId: 'YW5vdGhlciBkaXJlY3Rvcnk' });
    expect(isDirectoryLost).toBe(true);
    expect(accepted(await store.registerBroker(brokerOf(5)))).toMatchObject({ bootEpoch: 1 });
    const { changes } = await (await cell.another()).changesSince(0);
    expect(changes).toContainEqual({ kind: 'broker', brokerId: 4, broker: second });
  });

  test('while a life renews its lease its id is taken, but by its successor in the same place', async () => {
    const { cell, store } = current();
    const other = await cell.another();
    const first = accepted(await store.registerBroker(brokerOf(4)));
    for (const directoryPlace of ['elsewhere', null]) {
      const refusal = await other.registerBroker(brokerOf(4, { directoryPlace }));
      expect(refusal).toMatchObject({ ok: false, refusal: 'DUPLICATE_BROKER_REGISTRATION' });
      expect(refusal.ok ? '' : refusal.message).toContain('Broker 4 is alive at localhost:9004');
    }
    const { version } = await store.changesSince(0);
    expect(await other.renewLease(first, 0)).toEqual({ ok: true, value: { version, isFenced: false } });
    expect((await store.changesSince(0)).version).toBe(version);
    const second = accepted(await other.registerBroker(brokerOf(4)));
    expect(await store.renewLease(first, 0)).toMatchObject({ ok: false, refusal: 'STALE_BROKER_EPOCH' });
    await store.endLease(first);
    expect(await store.registerBroker(brokerOf(4, { directoryPlace: null }))).toMatchObject({ ok: false });
    expect(await store.renewLease(second, 0)).toMatchObject({ ok: true });
  });

  test('an id is free at once when its life has ended, and soon when nobody renews its lease', async () => {
    const { store } = current();
    const first = accepted(await store.registerBroker(brokerOf(4)));
    await store.endLease(first);
    const elsewhere = brokerOf(4, { directoryPlace: 'elsewhere' });
    expect(accepted(await store.registerBroker(elsewhere)).bootEpoch).toBe(2);
    expect(await store.registerBroker(brokerOf(4))).toMatchObject({ ok: false });
    const began = performance.now();
    while (!(await store.registerBroker(brokerOf(4))).ok) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const waitedMs = performance.now() - began;
    expect(waitedMs).toBeGreaterThan(brokerLeaseMs - 500);
    expect(waitedMs).toBeLessThan(brokerLeaseMs + 2_000);
  });

  test('blocks of producer ids never overlap', async () => {
    const { store } = current();
    expect(await store.allocateProducerIds(1000)).toEqual({ first: 0, count: 1000 });
    expect(await store.allocateProducerIds(1)).toEqual({ first: 1000, count: 1 });
    await expect(store.allocateProducerIds(0)).rejects.toThrow(RangeError);
  });
}
