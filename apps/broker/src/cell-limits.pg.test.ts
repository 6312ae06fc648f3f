import { randomBytes } from 'node:crypto';
import { accepted, clusterOf, roomyLimits } from '@weir/metadata-store/conformance-fixtures';
import type { ClusterLimits } from '@weir/metadata-store/model';
import { type Admin, Kafka, KafkaJSProtocolError, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';
import { furnishTenant, type Tenant, tenant } from './testing/furnish-tenant.ts';

// Three real brokers and one tenant, whose limits hold over all of them.

const topic = 'limited';
const bytesPerSec = 1_500_000;
const connectionsMax = 12;
const other: Tenant = { clusterId: 'lkc-b', keyId: 'BCDEFGHIJKLMNOPQ', secret: 'another-secret' };

let cell: CellOfThree;
beforeAll(async () => {
  cell = await CellOfThree.start(inject('redisUrl'));
  await furnishTenant(cell.store, other);
  // A partition on each broker.
  for (const { clusterId } of [tenant, other]) {
    const asked = { clusterId, name: topic, partitionCount: 3, replicationFactor: 1, configs: {} };
    const { partitions } = accepted(await cell.store.createTopic({ ...asked, validateOnly: false }));
    expect(partitions.map(({ leader }) => leader).toSorted()).toEqual([1, 2, 3]);
  }
}, 60_000);
afterAll(() => cell.close(), 60_000);

let intentVersion = 1;
async function limit({ clusterId }: Tenant, limits: Partial<ClusterLimits>): Promise<void> {
  intentVersion += 1;
  const plenty = { egressBytesPerSecMax: 1e9, requestsPerSecMax: 1e9, ingressBytesPerSecMax: 1e9 };
  await cell.store.applyCluster({
    ...clusterOf(clusterId, intentVersion),
    limits: { ...roomyLimits, ...plenty, ...limits },
  });
  // Brokers hear of it.
  await pass(300);
}

function kafkaAt(addresses: readonly string[], { keyId, secret }: Tenant): Kafka {
  const sasl = { mechanism: 'plain' as const, username: keyId, password: secret };
  return new Kafka({ brokers: [...addresses], sasl, logLevel: logLevel.NOTHING, retry: { retries: 0 } });
}

/** Sends to partitions as fast as it may until it is stopped or refused; knows how many bytes were accepted. */
class Sender {
  bytes = 0;
  refusal: unknown = null;
  readonly #producer: Producer;
  #isStopped = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(of: Tenant) {
    this.#producer = kafkaAt(cell.addresses, of).producer();
  }

  async start(partition: number): Promise<void> {
    await this.#producer.connect();
    const value = randomBytes(50_000);
    const send = async () => {
      while (!this.#isStopped) {
        await this.#producer.send({ topic, acks: 1, messages: [{ partition, value }] });
        this.bytes += value.length;
      }
    };
    this.#sending = send().catch((cause: unknown) => {
      this.refusal = cause;
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#sending;
    await this.#producer.disconnect();
  }
}

async function startSenders(of: Tenant, ...partitions: readonly number[]): Promise<Sender[]> {
  const senders = partitions.map(() => new Sender(of));
  await Promise.all(senders.map((sender, index) => sender.start(partitions[index] ?? 0)));
  return senders;
}

const bytesOf = (senders: readonly Sender[]) => senders.reduce((sum, { bytes }) => sum + bytes, 0);
const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Of the rate, what is accepted in the next second and a half. */
async function acceptedShare(senders: readonly Sender[]): Promise<number> {
  const [before, beganMs] = [bytesOf(senders), performance.now()];
  await pass(1_500);
  return ((bytesOf(senders) - before) * 1_000) / (performance.now() - beganMs) / bytesPerSec;
}

/** Of the rate, the first share above `enough`: a machine that is busy elsewhere has seconds in which clients send little. */
async function shareAbove(enough: number, senders: readonly Sender[]): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const share = await acceptedShare(senders);
    if (share > enough || attempt === 10) return share;
  }
}

test('a tenant who sends through all brokers gets his rate once, and who then sends through one gets it there', async () => {
  await limit(tenant, { ingressBytesPerSecMax: bytesPerSec });
  const beganMs = performance.now();
  const senders = await startSenders(tenant, 0, 1, 2, 0, 1, 2);
  /** Of the rate, all that was ever accepted but for the two seconds' worth that may come at once. */
  const overall = () => bytesOf(senders) / bytesPerSec / ((performance.now() - beganMs) / 1_000 + 2);
  await pass(2_000);
  const throughAll = [await shareAbove(0.85, senders), overall()];
  const at = (brokers: readonly number[]) => senders.filter((_, index) => brokers.includes(index % 3));
  await Promise.all(at([1, 2]).map((sender) => sender.stop()));
  await pass(2_500);
  const throughOne = [await shareAbove(0.85, at([0])), overall()];
  await Promise.all(at([0]).map((sender) => sender.stop()));
  const figures = (shares: readonly number[]) => shares.map((share) => share.toFixed(2)).join(', overall ');
  console.log(`of the rate: ${figures(throughAll)} through all; ${figures(throughOne)} through one`);
  expect(senders.map(({ refusal }) => refusal)).toEqual(senders.map(() => null));
  for (const [share = 0, inAll = 0] of [throughAll, throughOne]) {
    expect(share).toBeGreaterThan(0.85);
    expect(inAll).toBeLessThan(1.1);
  }
}, 60_000);

/** As many connections as the limit says, whichever brokers they are opened at. */
async function connectionsHold(): Promise<void> {
  await limit(tenant, { connectionsMax });
  // A limit that was lowered holds once all brokers have heard of it and told each other what they use.
  await pass(1_000);
  const open: Admin[] = [];
  const connect = async (broker: number) => {
    const admin = kafkaAt(cell.addresses.slice(broker, broker + 1), tenant).admin();
    await admin.connect();
    open.push(admin);
  };
  // Three quarters at one broker: more than a third.
  for (let count = 0; count < 9; count += 1) await connect(0);
  await connect(1);
  await connect(2);
  await connect(2);
  const beganMs = performance.now();
  await Promise.all([0, 1, 2].map((broker) => expect(connect(broker)).rejects.toThrow(/connectionsMax/)));
  console.log(`refused after ${Math.round(performance.now() - beganMs)} ms`);
  expect(open).toHaveLength(connectionsMax);
  // What is closed at one broker may be opened at another.
  await open.shift()?.disconnect();
  await open.shift()?.disconnect();
  await expect
    .poll(
      () =>
        connect(1).then(
          () => true,
          () => false,
        ),
      { timeout: 5_000 },
    )
    .toBe(true);
  await Promise.all(open.map((admin) => admin.disconnect()));
}

/** As many bytes as the limit says, on all brokers together. */
async function storedBytesHold(): Promise<void> {
  const storedBytesMax = 9_000_000;
  await limit(other, { storedBytesMax, ingressBytesPerSecMax: bytesPerSec });
  const isFull = ({ refusal }: Sender) =>
    refusal instanceof KafkaJSProtocolError && refusal.type === 'POLICY_VIOLATION';
  const senders = await startSenders(other, 0, 1, 2);
  await expect.poll(() => senders.every(isFull), { timeout: 20_000 }).toBe(true);
  await Promise.all(senders.map((sender) => sender.stop()));
  const stored = bytesOf(senders);
  console.log(`stored: ${(stored / storedBytesMax).toFixed(2)} of the limit`);
  expect(stored).toBeGreaterThan(storedBytesMax - 500_000);
  // A cluster counts as full once it was for four seconds. Three limits would be three times as much.
  expect(stored).toBeLessThan(storedBytesMax + 8 * bytesPerSec);
}

test('a tenant has as many connections, and another stores as many bytes, as the limit says, on all brokers together', async () => {
  await Promise.all([connectionsHold(), storedBytesHold()]);
}, 40_000);
