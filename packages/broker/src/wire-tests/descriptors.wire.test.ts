import { readdirSync, readFileSync } from 'node:fs';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { RawClient } from '../testing/raw-client.ts';

// A process that may open 300 files, and a tenant that writes to a thousand partitions.

const descriptorsMax = 300;
const partitionCount = 1_000;
const directory = temporaryDirectory();
let broker: BrokerProcess;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path, 0, descriptorsMax);
}, 60_000);
afterAll(async () => {
  await broker.stop();
  directory.remove();
});

async function produceToAll(client: RawClient): Promise<number[]> {
  const partitionData = Array.from({ length: partitionCount }, (_, index) => ({
    index,
    records: batchOf({ timestamp: Date.now() }),
  }));
  const topicData = [{ name: 'wide', partitionData }];
  const answer = await client.request(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData,
  });
  return answer?.responses[0]?.partitionResponses.map((each) => each.errorCode) ?? [];
}

async function fetchAll(client: RawClient): Promise<number[]> {
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({
    partition,
    fetchOffset: 0,
    partitionMaxBytes: 1_000,
  }));
  const answer = await client.request(fetchApi, 11, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1 << 24,
    topics: [{ topic: 'wide', partitions }],
  });
  return answer?.responses[0]?.partitions.map((each) => each.records?.length ?? 0) ?? [];
}

const openFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

test('a thousand written partitions are served with few descriptors, and clients come in all the while', async () => {
  expect(readFileSync(`/proc/${broker.pid}/limits`, 'latin1')).toMatch(/Max open files\s+300\s+300/);
  const client = await RawClient.open(broker.port);
  await client.request(createTopicsApi, 7, {
    topics: [
      { name: 'wide', numPartitions: partitionCount, replicationFactor: 1, assignments: [], configs: [] },
    ],
    timeoutMs: 30_000,
    validateOnly: false,
  });
  const none = new Array<number>(partitionCount).fill(0);
  for (let round = 0; round < 2; round += 1) {
    const produced = produceToAll(client);
    const others = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(broker.port)));
    expect(await produced).toEqual(none);
    for (const other of others) other.end();
  }
  expect(openFiles(broker.pid)).toBeLessThan(descriptorsMax / 2);
  client.end();

  // The same directory again: nothing is in the tail cache, every log is opened and read from disk.
  await broker.stop();
  broker = await BrokerProcess.start(directory.path, 0, descriptorsMax);
  const later = await RawClient.open(broker.port);
  const lengths = await fetchAll(later);
  expect(lengths.filter((length) => length > 0)).toHaveLength(partitionCount);
  expect(openFiles(broker.pid)).toBeLessThan(descriptorsMax / 2);
  later.end();
  expect(broker.complaints).not.toContain('EMFILE');
}, 120_000);
