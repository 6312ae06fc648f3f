import type { Api } from '@weir/kafka-protocol/api';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { type FetchRequest, type FetchResponse, fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { findCoordinatorApi } from '@weir/kafka-protocol/apis/10-find-coordinator';
import { deleteRecordsApi } from '@weir/kafka-protocol/apis/21-delete-records';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { addPartitionsToTxnApi } from '@weir/kafka-protocol/apis/24-add-partitions-to-txn';
import { addOffsetsToTxnApi } from '@weir/kafka-protocol/apis/25-add-offsets-to-txn';
import { endTxnApi } from '@weir/kafka-protocol/apis/26-end-txn';
import { txnOffsetCommitApi } from '@weir/kafka-protocol/apis/28-txn-offset-commit';
import { errorName } from '@weir/kafka-protocol/errors';
import type { Answer, NearReads } from './near-reads.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import { type Client, NoAnswer, WireClient } from './wire-client.ts';
import type { World } from './world.ts';

interface Surroundings {
  readonly world: World;
  readonly network: SimulatedNetwork;
  readonly hosts: readonly string[];
  readonly topic: string;
}

/** Where a consumer is, and who watches what it is answered. */
export interface Zone {
  readonly rack: string;
  readonly reads: NearReads;
}

/** Of a group, or of a transactional id. */
interface Coordinator {
  readonly key: string;
  readonly keyType: 0 | 1;
}

/** Whoever leads the partition of that number, or coordinates. */
type Target = number | Coordinator | 'anyone';

/**
 * A client of a cell of several brokers, as Kafka's are: it learns who leads and who coordinates, asks them, and
 * learns anew when that turns out to be wrong. In a zone it reads from the replica to which the leader sends it (KIP-392),
 * and goes back to the leader when that one refuses, or does not have what it asks for yet.
 */
export class CellClient implements Client {
  isClosed = false;
  private readonly around: Surroundings;
  private readonly clientId: string;
  private readonly zone: Zone | null;
  /** How long it waits until a record is taken; null: for as long as it takes. */
  private readonly patienceMs: number | null;
  /** By partition, the brokers to which leaders have sent it. */
  private readonly near = new Map<number, number>();
  /** By partition, who was last asked as its leader. */
  private readonly asked = new Map<number, number>();
  private readonly connections = new Map<number, Promise<WireClient>>();
  private leaders: Promise<ReadonlyMap<number, number>> | null = null;
  private readonly coordinators = new Map<string, Promise<number>>();

  constructor(around: Surroundings, clientId: string, zone: Zone | null = null) {
    this.around = around;
    this.zone = zone;
    this.clientId = clientId;
    const { random } = around.world;
    this.patienceMs = random.chance(0.5) ? random.integer(1_500, 5_000) : null;
  }

  async request<Request, Response>(
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response> {
    if (this.isClosed) throw new NoAnswer('the client is closed');
    const target = targetOf(api.key, body);
    if (api.key === fetchApi.key && this.zone !== null && typeof target === 'number') {
      // Of this API by its key.
      const asked = { ...(body as unknown as FetchRequest), rackId: this.zone.rack };
      return (await this.fetch(this.zone, target, version, asked)) as unknown as Response;
    }
    return this.ask(target, api, version, body);
  }

  private async ask<Request, Response>(
    target: Target,
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response> {
    try {
      const broker = await this.brokerOf(target);
      if (typeof target === 'number') this.asked.set(target, broker);
      const connection = await this.connectionTo(broker);
      const asked = connection.request(api, version, body);
      if (api.key === produceApi.key) this.loseHeart(connection, asked);
      const answer = await asked;
      if (isMisled(answer)) this.forget();
      return answer;
    } catch (cause) {
      this.forget();
      throw cause;
    }
  }

  /** Whoever waits too long for a record to be taken goes and looks who leads (Kafka's request.timeout.ms). */
  private loseHeart(connection: WireClient, asked: Promise<unknown>): void {
    if (this.patienceMs === null) return;
    let isAnswered = false;
    const answered = () => {
      isAnswered = true;
    };
    asked.then(answered, answered);
    this.around.world.after(this.patienceMs, () => {
      if (!isAnswered) connection.close();
    });
  }

  /** One partition, from the replica to which its leader has sent this client, or from the leader. */
  private async fetch(
    zone: Zone,
    partition: number,
    version: number,
    request: FetchRequest,
  ): Promise<FetchResponse> {
    const brokerId = this.near.get(partition);
    const askedMs = this.around.world.now;
    if (brokerId === undefined) {
      const answer = await this.ask(partition, fetchApi, version, request);
      const [part] = answer.responses[0]?.partitions ?? [];
      if (part?.errorCode !== 0) return answer;
      const { preferredReadReplica = -1 } = part;
      if (preferredReadReplica >= 0) this.near.set(partition, preferredReadReplica);
      await zone.reads.ofLeader(
        answered(this.asked.get(partition) ?? -1, part, askedMs),
        this.around.world.now,
      );
      return answer;
    }
    this.near.delete(partition);
    const connection = await this.connectionTo(brokerId);
    const answer = await connection.request(fetchApi, version, request);
    if (isMisled(answer)) this.forget();
    const part = answer.responses[0]?.partitions[0];
    if (part === undefined || part.errorCode !== 0) {
      const offset = request.topics[0]?.partitions[0]?.fetchOffset ?? -1;
      const isBehind = errorName(part?.errorCode ?? 0) === 'OFFSET_OUT_OF_RANGE';
      // No word that counts on what is out of range, if it is the replica that may be behind.
      if (isBehind && offset > (part?.highWatermark ?? -1))
        return this.fetch(zone, partition, version, request);
      return answer;
    }
    this.near.set(partition, brokerId);
    await zone.reads.ofFollower(answered(brokerId, part, askedMs));
    return answer;
  }

  close(): void {
    this.isClosed = true;
    for (const connection of this.connections.values()) void connection.then((each) => each.close(), ignored);
    this.connections.clear();
  }

  private forget(): void {
    this.leaders = null;
    this.coordinators.clear();
  }

  private async brokerOf(target: Target): Promise<number> {
    if (target === 'anyone') return this.anyone();
    if (typeof target !== 'number') {
      const name = `${target.keyType}/${target.key}`;
      const coordinator = this.coordinators.get(name) ?? this.findCoordinator(target);
      this.coordinators.set(name, coordinator);
      return coordinator;
    }
    this.leaders ??= this.findLeaders();
    const leader = (await this.leaders).get(target) ?? -1;
    if (leader >= 0) return leader;
    await this.around.world.sleep(50);
    throw new NoAnswer(`partition ${target} has no leader`);
  }

  private anyone(): number {
    return this.around.world.random.integer(1, this.around.hosts.length);
  }

  private async findLeaders(): Promise<ReadonlyMap<number, number>> {
    const connection = await this.connectionTo(this.anyone());
    const topics = [{ name: this.around.topic }];
    const answer = await connection.request(metadataApi, 8, { topics, allowAutoTopicCreation: false });
    const partitions = answer.topics[0]?.partitions ?? [];
    return new Map(partitions.map((each) => [each.partitionIndex, each.leaderId]));
  }

  private async findCoordinator(of: Coordinator): Promise<number> {
    const connection = await this.connectionTo(this.anyone());
    const answer = await connection.request(findCoordinatorApi, 2, of);
    if (answer.errorCode === 0) return answer.nodeId ?? -1;
    await this.around.world.sleep(50);
    throw new NoAnswer(`${of.key} has no coordinator`);
  }

  private async connectionTo(broker: number): Promise<WireClient> {
    const known = this.connections.get(broker);
    if (known !== undefined) {
      const connection = await known.catch(() => null);
      if (connection !== null && !connection.isClosed) return connection;
      if (this.connections.get(broker) === known) this.connections.delete(broker);
    }
    const { world, network, hosts } = this.around;
    const host = hosts[broker - 1];
    const connecting =
      this.connections.get(broker) ??
      WireClient.connect(world, network, this.clientId, host).catch((cause: unknown) => {
        throw new NoAnswer('nobody listens', { cause });
      });
    this.connections.set(broker, connecting);
    try {
      return await connecting;
    } catch (cause) {
      if (this.connections.get(broker) === connecting) this.connections.delete(broker);
      await world.sleep(world.delay(20, 200));
      throw cause;
    }
  }
}

type Part = FetchResponse['responses'][number]['partitions'][number];

function answered(brokerId: number, part: Part, askedMs: number): Answer {
  const { partitionIndex: partition, highWatermark, records } = part;
  const views = records === null ? [] : Buffer.isBuffer(records) ? [records] : records;
  const bytes = views.reduce((sum, view) => sum + view.length, 0);
  return { partition, brokerId, highWatermark, bytes, askedMs };
}

const ignored = () => undefined;
const groupApis: ReadonlySet<number> = new Set([8, 9, 11, 12, 13, 14, txnOffsetCommitApi.key]);
const transactionApis: ReadonlySet<number> = new Set([
  initProducerIdApi.key,
  addPartitionsToTxnApi.key,
  addOffsetsToTxnApi.key,
  endTxnApi.key,
]);
const byPartitionIndex: ReadonlySet<number> = new Set([listOffsetsApi.key, deleteRecordsApi.key]);

/** Requests about partitions here name one of them. */
function targetOf(apiKey: number, body: unknown): Target {
  if (groupApis.has(apiKey)) return { key: textOf(body, 'groupId') ?? '', keyType: 0 };
  if (transactionApis.has(apiKey)) {
    const key = textOf(body, 'transactionalId') ?? textOf(body, 'v3AndBelowTransactionalId');
    return key === null ? 'anyone' : { key, keyType: 1 };
  }
  if (apiKey === 0) return firstOf<{ index: number }>(body, 'topicData', 'partitionData').index;
  if (apiKey === fetchApi.key)
    return firstOf<FetchRequest['topics'][number]['partitions'][number]>(body, 'topics', 'partitions')
      .partition;
  if (byPartitionIndex.has(apiKey))
    return firstOf<{ partitionIndex: number }>(body, 'topics', 'partitions').partitionIndex;
  return 'anyone';
}

/** `body` is a request that one of the actors has made, whose shape is known by its API key. */
function firstOf<Part>(body: unknown, topics: string, partitions: string): Part {
  const topic = (body as Record<string, readonly Record<string, readonly Part[]>[]>)[topics]?.[0];
  const part = topic?.[partitions]?.[0];
  if (part === undefined) throw new Error('a request without a partition');
  return part;
}

/** The same: a request has such a field, or it has none of that name. */
function textOf(body: unknown, name: string): string | null {
  return (body as Record<string, string | null | undefined>)[name] ?? null;
}

const misleading = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
]);

/** Whether anything in the answer says that somebody else is to be asked. */
function isMisled(answer: unknown): boolean {
  if (Array.isArray(answer)) return answer.some(isMisled);
  if (answer === null || typeof answer !== 'object' || Buffer.isBuffer(answer)) return false;
  return Object.entries(answer).some(([name, value]) =>
    name === 'errorCode' || name === 'partitionErrorCode'
      ? misleading.has(errorName(Number(value)))
      : isMisled(value),
  );
}
