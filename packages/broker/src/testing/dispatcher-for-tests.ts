import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore } from '@weir/metadata-store/port';
import { onTestFinished } from 'vitest';
import type { Answer, Started } from '../dispatch/answer.ts';
import type { ClientState } from '../dispatch/client-state.ts';
import { Dispatcher } from '../dispatch/dispatcher.ts';
import { SaslDispatch } from '../dispatch/sasl-dispatch.ts';
import { composeEngine } from '../engine.ts';
import { Metering } from '../metering/metering.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Authenticator } from '../security/authenticator.ts';
import { Engine } from './engine-for-tests.ts';
import { clusterRecord, noMetadata } from './identity-for-tests.ts';

const random = { bytes: (length: number) => Buffer.alloc(length, 7), below: () => 0 };

/** A dispatcher whose clients are all of one cluster. */
export async function openDispatcher(metadata: MetadataStore = createMemoryMetadataStore()) {
  const engine = new Engine();
  const { log, disk } = engine;
  const passed = { rounds: 0 };
  const soon = (call: () => void) => {
    passed.rounds += 1;
    engine.clock.soon(call);
  };
  const clock = { ...engine.clock, soon };
  await metadata.applyCluster(clusterRecord('lkc-a'));
  const deps = { ...noMetadata, clock, log, disk, random, usage: noUsage, metadata };
  const { services, pool, heapGuard } = composeEngine(deps, {
    brokerId: 1,
    listenHost: '',
    listenPort: 0,
    advertisedHost: '',
    advertisedPort: null,
    durability: 'fsync',
    anonymousClusterId: 'lkc-a',
  });
  const { cell } = services;
  await cell.start();
  onTestFinished(() => heapGuard.stop());
  const metering = new Metering({ clock, log, usage: noUsage }, 1, 1);
  const authenticator = new Authenticator({
    clock,
    random,
    workers: noMetadata.workers,
    decoyKey: random.bytes(32),
    findNewestCredential: () => Promise.resolve(null),
    findCredential: () => Promise.resolve(null),
  });
  const identity = () => {
    const cluster = cell.clusters.get('lkc-a');
    if (cluster === undefined) throw new Error('no cluster');
    return { cluster, principal: 'User:a', keyId: null, meter: metering.client('lkc-a', 'User:a', '') };
  };
  const dispatcher = new Dispatcher(services, new SaslDispatch(authenticator, cell, metering), identity);
  const dispatch = (client: ClientState, bytes: Buffer): Started => {
    const frame = pool.take(bytes.length - 4);
    bytes.copy(frame.buffer, 0, 4);
    return dispatcher.dispatch(client, frame);
  };
  const connect = (id: number) => dispatcher.connected(id, '192.0.2.1', () => undefined);
  return { engine, connect, dispatch, passed };
}

export const answerOf = (started: Started): Promise<Answer> =>
  started.kind === 'answered' ? Promise.resolve(started.answer) : started.answer;
