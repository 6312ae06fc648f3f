import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { errorName } from '@weir/kafka-protocol/errors';
import { encodeBatch } from '@weir/kafka-protocol/records';
import type { BrokerLives } from './broker-lives.ts';
import { readRecords } from './history.ts';
import { clusterId, type SimulatedCell } from './simulated-cell.ts';
import type { Stage } from './stage.ts';
import { epochMs } from './wall-clock.ts';
import { type Client, NoAnswer } from './wire-client.ts';
import { Violation } from './world.ts';

const name = 'passing';

/**
 * A topic that is made, written to, read and deleted, again and again under the same name: each is another topic, that
 * begins empty and holds what was acknowledged in it, whatever has become of the broker since it was made.
 */
export class PassingTopics {
  private readonly stage: Stage;
  private readonly cell: SimulatedCell;

  constructor(stage: Stage, cell: SimulatedCell) {
    this.stage = stage;
    this.cell = cell;
  }

  async comeAndGo(): Promise<void> {
    const { stage, cell } = this;
    let client = await stage.connect('passing');
    for (let turn = 1; client !== null; turn += 1) {
      const topic = {
        clusterId,
        name,
        partitionCount: 1,
        replicationFactor: 1,
        configs: {},
        validateOnly: false,
      };
      const created = await cell.metadata.createTopic(topic);
      if (!created.ok) throw new Error(created.message);
      // By its id: by its name a broker that has not heard of it yet would find the one before.
      const { topicId } = created.value;
      /** By offset. */
      const acknowledged = new Map<number, string>();
      for (let step = 0; step < 6 && client !== null; step += 1) {
        try {
          await this.write(client, topicId, `${turn}.${step}`, acknowledged);
          await this.read(client, topicId, turn, acknowledged);
        } catch (cause) {
          if (!(cause instanceof NoAnswer)) throw cause;
        }
        await stage.world.sleep(stage.world.delay(5, 500));
        client = await stage.connect('passing', client);
      }
      await cell.metadata.deleteTopic(clusterId, topicId);
      if (acknowledged.size > 0) stage.happened.add('topic deleted with records');
      await stage.world.sleep(stage.world.delay(1, 300));
      client = await stage.connect('passing', client);
    }
  }

  private async write(
    client: Client,
    topicId: string,
    value: string,
    acknowledged: Map<number, string>,
  ): Promise<void> {
    const { usage, world } = this.stage;
    const records = encodeBatch({
      records: [{ timestamp: epochMs + Math.floor(world.now), key: null, value: Buffer.from(value) }],
    });
    usage.sent(records.length);
    const sentMs = world.now;
    const topicData = [{ topicId, partitionData: [{ index: 0, records }] }];
    const body = { transactionalId: null, acks: -1, timeoutMs: 30_000, topicData };
    const { responses } = await client.request(produceApi, 13, body);
    const answer = responses[0]?.partitionResponses?.[0];
    if (answer === undefined || answer.errorCode !== 0) return;
    const before = acknowledged.get(answer.baseOffset);
    if (before !== undefined)
      throw new Violation(`${name}: ${value} was acknowledged at ${answer.baseOffset}, where ${before} is`);
    acknowledged.set(answer.baseOffset, value);
    usage.wasAcknowledged(records.length, sentMs);
  }

  private async read(
    client: Client,
    topicId: string,
    turn: number,
    acknowledged: ReadonlyMap<number, string>,
  ): Promise<void> {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }];
    const body = { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, topics: [{ topicId, partitions }] };
    const { responses } = await client.request(fetchApi, 13, body);
    const part = responses[0]?.partitions[0];
    if (part === undefined || part.errorCode !== 0) {
      const error = errorName(part?.errorCode ?? -1);
      if (error === 'OFFSET_OUT_OF_RANGE' || error === 'CORRUPT_MESSAGE')
        throw new Violation(`${name}: its first offset is ${error}`);
      return;
    }
    const records = part.records ?? Buffer.alloc(0);
    this.stage.usage.wasTaken(records.length);
    for (const { offset, value } of readRecords(records, 0)) {
      const told = acknowledged.get(offset);
      if (!value.startsWith(`${turn}.`))
        throw new Violation(`${name}: ${value} is there, and it is topic ${turn} of that name`);
      if (told !== undefined && told !== value)
        throw new Violation(`${name}: ${told} was acknowledged at ${offset}, where ${value} is`);
    }
    for (const [offset, value] of acknowledged)
      if (offset >= part.highWatermark)
        throw new Violation(
          `${name}: ${value} was acknowledged at ${offset}, and it ends at ${part.highWatermark}`,
        );
  }

  /** Once the broker has begun its last life, and is at rest: of what is deleted nothing is left but what was put aside. */
  async checkDirectories({ disk }: BrokerLives): Promise<void> {
    const { changes } = await this.cell.metadata.changesSince(0);
    const known = new Set(changes.flatMap((change) => (change.kind === 'topic' ? [change.topicId] : [])));
    for (const path of disk.copy().keys()) {
      const topicId = /^[^/]+\/([A-Za-z0-9_-]{22})-\d+\//.exec(path)?.[1];
      if (topicId !== undefined && !path.startsWith('stray/') && !known.has(topicId))
        throw new Violation(`${path} is left of a topic that was deleted`);
    }
  }
}
