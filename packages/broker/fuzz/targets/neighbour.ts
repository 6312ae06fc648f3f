import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { Client } from '../../abuse/client.ts';

/** In the name and the records of the neighbour, and in nothing that others send. */
export const neighbourMark = 'nobody-elses-0f8b1d';
const topic = `${neighbourMark}-topic`;

/** Another tenant of the same broker, who writes and reads what it wrote. */
export class Neighbour {
  readonly #client: Client;
  #written = 0;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async settle(port: number, clusterId: string): Promise<Neighbour> {
    const client = await Client.signIn(port, clusterId, '127.0.0.3');
    const created = await client.request(createTopicsApi, 7, {
      topics: [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      timeoutMs: 10_000,
      validateOnly: false,
    });
    if (created?.topics[0]?.errorCode !== 0) throw new Error('the neighbour has no topic');
    const neighbour = new Neighbour(client);
    const problem = await neighbour.problem();
    if (problem !== null) throw new Error(problem);
    return neighbour;
  }

  /** Writes one more, and reads all that it wrote. */
  async problem(): Promise<string | null> {
    const value = Buffer.from(`${neighbourMark} ${this.#written}`);
    const records = encodeBatch({ records: [{ timestamp: Date.now(), key: null, value }] });
    const produced = await this.#client.request(produceApi, 9, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
    });
    const written = produced?.responses[0]?.partitionResponses[0];
    if (written?.errorCode !== 0) return `the neighbour’s produce was answered ${written?.errorCode}`;
    if (written.baseOffset !== this.#written)
      return `the neighbour’s record ${this.#written} has the offset ${written.baseOffset}`;
    this.#written += 1;
    const fetched = await this.#client.request(fetchApi, 12, {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 10_000_000,
      topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 10_000_000 }] }],
      forgottenTopicsData: [],
    });
    const read = fetched?.responses[0]?.partitions[0];
    if (read === undefined || read.errorCode !== 0)
      return `the neighbour’s fetch was answered ${read?.errorCode}`;
    const found = String(read.records ?? '').split(neighbourMark).length - 1;
    return found === this.#written ? null : `the neighbour has ${found} of ${this.#written} records`;
  }

  end(): void {
    this.#client.end();
  }
}
