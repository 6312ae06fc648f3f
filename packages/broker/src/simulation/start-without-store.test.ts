import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { findCoordinatorApi } from '@weir/kafka-protocol/apis/10-find-coordinator';
import { errorName } from '@weir/kafka-protocol/errors';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { expect, test } from 'vitest';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, loneMember, simulatedBroker } from './broker-lives.ts';
import { noFaults } from './faults.ts';
import { readRecords } from './history.ts';
import { produce } from './producer.ts';
import { clusterId, SimulatedCell } from './simulated-cell.ts';
import { simulatedHost } from './simulated-network.ts';
import { ThreeBrokers } from './three-brokers.ts';
import type { UsageLedger } from './usage-ledger.ts';
import { WireClient } from './wire-client.ts';
import { World } from './world.ts';

/** Longer than a driver is patient, and than it takes to start. */
const waitsMs = 3_000;

/** What a client asks of one broker about the first partition of `topic`. */
class Asker {
  readonly client: WireClient;
  private readonly usage: UsageLedger;

  constructor(client: WireClient, usage: UsageLedger) {
    this.client = client;
    this.usage = usage;
  }

  async produce(value: string): Promise<string> {
    const records = encodeBatch({ records: [{ timestamp: 0, key: null, value: Buffer.from(value) }] });
    const topicData = [{ name: 'topic', partitionData: [{ index: 0, records }] }];
    const body = { transactionalId: null, acks: -1, timeoutMs: 30_000, topicData };
    this.usage.sent(records.length);
    const { responses } = await this.client.request(produceApi, 9, body);
    return errorName(responses[0]?.partitionResponses?.[0]?.errorCode ?? -1);
  }

  async fetch(fetchOffset: number, currentLeaderEpoch = -1) {
    const partitions = [{ partition: 0, fetchOffset, currentLeaderEpoch, partitionMaxBytes: 1 << 20 }];
    const body = { maxWaitMs: 100, minBytes: 1, maxBytes: 1 << 20, topics: [{ topic: 'topic', partitions }] };
    const { responses } = await this.client.request(fetchApi, 11, body);
    const part = responses[0]?.partitions[0];
    const records = part?.records ?? Buffer.alloc(0);
    this.usage.wasTaken(records.length);
    const values = readRecords(records, fetchOffset).map(({ value }) => value.trim());
    return { error: errorName(part?.errorCode ?? -1), values, highWatermark: part?.highWatermark ?? -1 };
  }

  async offset(timestamp: number) {
    const topics = [{ name: 'topic', partitions: [{ partitionIndex: 0, timestamp }] }];
    const body = { replicaId: -1, isolationLevel: 0, topics };
    const [found] = (await this.client.request(listOffsetsApi, 7, body)).topics[0]?.partitions ?? [];
    return [errorName(found?.errorCode ?? -1), found?.offset];
  }

  async leader(): Promise<number | undefined> {
    const body = { topics: [{ name: 'topic' }], allowAutoTopicCreation: false };
    const { topics } = await this.client.request(metadataApi, 8, body);
    return topics[0]?.partitions[0]?.leaderId;
  }

  async coordinator(): Promise<string> {
    const { errorCode } = await this.client.request(findCoordinatorApi, 2, { key: 'group', keyType: 0 });
    return errorName(errorCode ?? -1);
  }
}

/** The only broker of its cell, which keeps a picture of it, with a topic. */
class Lone {
  readonly world = new World(1);
  readonly lines: string[] = [];
  readonly cell: SimulatedCell;
  readonly broker: BrokerLives;

  private constructor() {
    this.cell = new SimulatedCell(this.world, noFaults, null);
    const member = { ...loneMember, keepsPicture: true };
    const trace = (line: string) => void this.lines.push(line);
    this.broker = new BrokerLives(this.cell, member, noFaults, null, trace);
  }

  static async begin(): Promise<Lone> {
    await loadCompression();
    const lone = new Lone();
    await lone.cell.prepare('topic', 1, {}, [simulatedBroker]);
    await lone.start();
    return lone;
  }

  async start(): Promise<void> {
    this.broker.start();
    await this.run(this.world.sleep(waitsMs));
  }

  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    await this.world.run(Number.POSITIVE_INFINITY, () => isDone);
    return work;
  }

  async asker(): Promise<Asker> {
    return new Asker(
      await this.run(WireClient.connect(this.world, this.cell.network, 'asker', simulatedHost)),
      this.cell.usage,
    );
  }

  said(event: string): number {
    return this.lines.filter((line) => line.includes(` ${event} `)).length;
  }
}

test('a lone broker that starts while the store is away lets read what was committed, and takes nothing until it is back', async () => {
  const of = await Lone.begin();
  const before = await of.asker();
  for (const value of ['one', 'two']) expect(await of.run(before.produce(value))).toBe('NONE');
  of.broker.end('killed');
  of.cell.store.goAway();
  await of.start();
  const asker = await of.asker();
  expect(of.broker.isReady).toBe(false);
  expect(await of.run(asker.leader())).toBe(1);
  expect(await of.run(asker.fetch(0))).toMatchObject({ error: 'NONE', values: ['one', 'two'] });
  expect(await of.run(asker.produce('refused'))).toBe('NOT_LEADER_OR_FOLLOWER');
  // Behind what it knows it does not say that there is nothing: it may have been set back.
  for (const offset of [2, 3])
    expect(await of.run(asker.fetch(offset))).toMatchObject({ error: 'NONE', values: [] });
  expect(await of.run(asker.offset(-2))).toEqual(['NONE', 0]);
  expect((await of.run(asker.offset(-1)))[0]).toBe('OFFSET_NOT_AVAILABLE');
  expect(await of.run(asker.coordinator())).toBe('COORDINATOR_NOT_AVAILABLE');
  // Half a minute later it still waits, and has said so once.
  await of.run(of.world.sleep(30_000));
  expect([of.said('broker.waits-for-store'), of.said('broker.ready')]).toEqual([1, 1]);

  of.cell.store.comeBack();
  await of.run(of.world.sleep(waitsMs));
  expect([of.broker.isReady, of.said('broker.ready')]).toEqual([true, 2]);
  const after = await of.asker();
  expect(await of.run(after.produce('three'))).toBe('NONE');
  expect((await of.run(after.fetch(0))).values).toEqual(['one', 'two']);
  expect((await of.run(after.fetch(2))).values).toEqual(['three']);
  // What was read while it waited is counted as well.
  of.broker.end('stopped');
  await of.run(of.world.sleep(waitsMs));
  of.cell.usage.check(false);
});

test('a broker that has never heard of its cell waits for the store, and serves nobody', async () => {
  const of = await Lone.begin();
  of.broker.end('killed');
  of.broker.disk.lose();
  of.cell.store.goAway();
  await of.start();
  expect(of.lines.join('\n')).toContain('nothing until the store answers: the picture of the cell is none');
  await expect(of.asker()).rejects.toThrow();
  of.cell.store.comeBack();
  await of.run(of.world.sleep(waitsMs));
  expect(of.broker.isReady).toBe(true);
});

test('a picture that the store has not confirmed for an hour is not shown, nor any longer once it is so old', async () => {
  const of = await Lone.begin();
  of.broker.end('killed');
  of.cell.store.goAway();
  await of.run(of.world.sleep(3_500_000));
  await of.start();
  await of.asker();
  await of.run(of.world.sleep(200_000));
  expect(of.said('picture.too-old')).toBe(1);
  await expect(of.asker()).rejects.toThrow();
  of.broker.end('killed');
  await of.start();
  expect(of.lines.join('\n')).toContain('is too old, and keys may have been revoked since');
  await expect(of.asker()).rejects.toThrow();
  of.cell.store.comeBack();
  await of.run(of.world.sleep(waitsMs));
  expect(of.broker.isReady).toBe(true);
}, 60_000);

test('a cell that starts without its store lets read what is known to be committed, and goes on by itself', async () => {
  const of = await ThreeBrokers.begin();
  const { world, cell, brokers, stage } = of;
  world.start(produce(stage, 'producer', 0, false));
  await of.pass(5_000);
  stage.isOpen = false;
  await of.pass(6_000);
  const before = await of.row();
  const told = stage.history.counts.acknowledged;
  expect(told).toBeGreaterThan(20);
  for (const broker of brokers) broker.end('killed');
  cell.store.goAway();
  for (const broker of brokers) broker.start();
  await of.pass(5_000);
  for (const { brokerId, host } of brokers) {
    const asker = new Asker(await of.run(WireClient.connect(world, cell.network, 'asker', host)), cell.usage);
    expect(await of.run(asker.leader())).toBe(before.leader);
    const { error, values, highWatermark } = await of.run(asker.fetch(0));
    const isLeader = brokerId === before.leader;
    expect([error, values.length > 0]).toEqual(isLeader ? ['NONE', true] : ['NOT_LEADER_OR_FOLLOWER', false]);
    // What comes next another one may have.
    if (isLeader) expect((await of.run(asker.fetch(highWatermark))).error).toBe('NOT_LEADER_OR_FOLLOWER');
    expect((await of.run(asker.fetch(0, before.leaderEpoch + 1))).error).toMatch(/UNKNOWN_LEADER|NOT_LEADER/);
    expect(await of.run(asker.produce('refused'))).toBe('NOT_LEADER_OR_FOLLOWER');
  }
  expect(brokers.map((broker) => broker.isReady)).toEqual([false, false, false]);

  cell.store.comeBack();
  await of.until(async () => brokers.every((broker) => broker.isReady));
  await of.until(async () => (await of.row()).isr.length === 3 && (await of.row()).leader >= 0);
  expect((await of.row()).leaderEpoch).toBeGreaterThan(before.leaderEpoch);
  stage.isOpen = true;
  world.start(produce(stage, 'later', 0, false));
  await of.pass(3_000);
  stage.isOpen = false;
  await of.pass(8_000);
  expect(stage.history.counts.acknowledged).toBeGreaterThan(told);
  await of.check();
}, 60_000);

test('while a broker waits for the store no log comes to be where one was lost: it says so once it registers, and another leads', async () => {
  const of = await ThreeBrokers.begin();
  const { world, cell, stage } = of;
  world.start(produce(stage, 'producer', 0, false));
  await of.pass(5_000);
  stage.isOpen = false;
  await of.pass(6_000);
  const { leader } = await of.row();
  const { topicId } = await of.topic();
  const broker = of.broker(leader);
  const copy = new Map(broker.disk.copy());
  broker.end('killed');
  const dir = `${clusterId}/${topicId}-0/`;
  for (const path of copy.keys()) if (path.startsWith(dir)) copy.delete(path);
  broker.disk.setBack(copy);
  cell.store.goAway();
  broker.start();
  await of.pass(5_000);
  const asker = new Asker(
    await of.run(WireClient.connect(world, cell.network, 'asker', broker.host)),
    cell.usage,
  );
  expect((await of.run(asker.fetch(0))).error).toBe('KAFKA_STORAGE_ERROR');
  cell.store.comeBack();
  await of.until(async () => broker.isReady && (await of.row()).isr.length === 3);
  expect([of.hasSaid('partition.missing'), (await of.row()).leader === leader]).toEqual([true, false]);
  await of.check();
}, 60_000);
