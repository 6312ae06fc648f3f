import type { Api } from '@weir/kafka-protocol/api';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import {
  type BrokerAddress,
  type BrokerPlace,
  expectNone,
  KafkaConnection,
  KafkaRefusal,
  type PlainCredential,
} from './connection.ts';

/** Metadata by name, without topic ids. */
const metadataVersion = 9;

/** The leader of each partition of a topic, by its id; −1: none at the moment. */
export type Leaders = readonly number[];

/** A client's connections for one request: to the bootstrap address, and to leaders that are elsewhere. */
export class KafkaSession {
  readonly signal: AbortSignal;
  readonly #bootstrap: BrokerPlace;
  readonly #credential: PlainCredential;
  readonly #addresses = new Map<number, BrokerAddress>();
  readonly #open = new Map<string, Promise<KafkaConnection>>();

  constructor(bootstrap: BrokerPlace, credential: PlainCredential, signal: AbortSignal) {
    this.#bootstrap = bootstrap;
    this.#credential = credential;
    this.signal = signal;
  }

  /** Ids of the cell's brokers that live, which can be asked from then on. */
  async brokers(): Promise<readonly number[]> {
    const asked = { topics: [], allowAutoTopicCreation: false };
    const { brokers } = await this.ask(null, metadataApi, metadataVersion, asked);
    for (const { nodeId, host, port } of brokers) this.#addresses.set(nodeId, { host, port });
    return brokers.map(({ nodeId }) => nodeId);
  }

  /** Rejects with a KafkaRefusal when the topic is not there for the caller. */
  async leaders(topic: string): Promise<Leaders> {
    const answer = await this.ask(null, metadataApi, metadataVersion, {
      topics: [{ name: topic }],
      allowAutoTopicCreation: false,
    });
    for (const { nodeId, host, port } of answer.brokers) this.#addresses.set(nodeId, { host, port });
    const [found] = answer.topics ?? [];
    if (found === undefined) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION');
    expectNone(found.errorCode);
    const leaders: number[] = [];
    for (const { partitionIndex, leaderId } of found.partitions) leaders[partitionIndex] = leaderId;
    return leaders;
  }

  /** Asks a broker by its id; null: the bootstrap address. */
  async ask<Request, Response>(
    node: number | null,
    api: Api<unknown, unknown, Request, Response>,
    version: number,
    body: Request,
  ): Promise<Response> {
    const address = node === null ? this.#bootstrap : this.#addresses.get(node);
    if (address === undefined) throw new KafkaRefusal('LEADER_NOT_AVAILABLE');
    const connection = await this.#connect(address);
    return connection.request(api, version, body);
  }

  async close(): Promise<void> {
    const ended = [...this.#open.values()].map((opening) =>
      opening.then(
        (connection) => connection.close(),
        () => undefined, // Whoever asked for it has heard of it.
      ),
    );
    this.#open.clear();
    await Promise.all(ended);
  }

  #connect(address: BrokerAddress): Promise<KafkaConnection> {
    const name = `${address.host}:${address.port}`;
    const { trust } = this.#bootstrap;
    const opening =
      this.#open.get(name) ?? KafkaConnection.open({ ...address, trust }, this.#credential, this.signal);
    this.#open.set(name, opening);
    return opening;
  }
}
