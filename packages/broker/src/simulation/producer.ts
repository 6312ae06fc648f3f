import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { encodeBatch } from '@weir/kafka-protocol/records';
import type { Stage } from './stage.ts';
import { epochMs } from './wall-clock.ts';
import { type Client, NoAnswer } from './wire-client.ts';
import { Violation } from './world.ts';

interface Batch {
  readonly values: readonly string[];
  readonly records: Buffer;
  readonly timestamps: readonly number[];
  readonly madeAtMs: number;
  /** The producer's first of all. */
  readonly isFirst: boolean;
  sends: number;
}

/** What Kafka's clients keep under way at most with idempotence; the broker remembers as many. */
const batchesInFlightMax = 5;
const version = 9;

/** Writes to one partition for as long as the stage is open. */
export async function produce(
  stage: Stage,
  name: string,
  partition: number,
  isIdempotent: boolean,
  acks: -1 | 1 = -1,
): Promise<void> {
  const { world } = stage;
  const paddingBytesMax = world.random.pick([10, 1_000, 8_000]);
  let life = 0;
  while (stage.isOpen) {
    life += 1;
    // A producer that lost its place begins anew, as another one.
    const producer = new Producer(stage, `${name}.${life}`, partition, paddingBytesMax, acks);
    await (isIdempotent ? producer.runIdempotent() : producer.runPlain());
  }
}

class Producer {
  private readonly stage: Stage;
  private readonly name: string;
  private readonly partition: number;
  private readonly paddingBytesMax: number;
  private lastValue = 0;
  private nextSequence = 0;
  private producerId = -1;
  private readonly skewMs: number;
  private readonly acks: -1 | 1;

  constructor(stage: Stage, name: string, partition: number, paddingBytesMax: number, acks: -1 | 1) {
    this.stage = stage;
    this.name = name;
    this.partition = partition;
    this.paddingBytesMax = paddingBytesMax;
    this.acks = acks;
    this.skewMs = stage.world.random.pick([0, 0, 0, 5_000, 100_000_000]);
  }

  /** At least once: what is not answered is sent again, or given up. */
  async runPlain(): Promise<void> {
    const { stage } = this;
    for (
      let client = await stage.connect(this.name);
      stage.isOpen;
      client = await stage.connect(this.name, client)
    ) {
      if (client === null) return;
      const batch = this.newBatch();
      for (let attempt = 0; attempt < 3 && stage.isOpen && !client.isClosed; attempt += 1) {
        if ((await this.send(client, batch)) === 'NONE') break;
        await stage.world.sleep(100);
      }
      await stage.world.sleep(stage.world.delay(1, 200));
    }
  }

  /** Exactly once: batches go out in order, several at a time, and again in the same order after any failure. */
  async runIdempotent(): Promise<void> {
    const { stage } = this;
    const unanswered: Batch[] = [];
    let client: Client | null = null;
    while (stage.isOpen) {
      client = await stage.connect(this.name, client);
      if (client === null) return;
      if (this.producerId === -1 && !(await this.init(client))) continue;
      while (
        unanswered.length < batchesInFlightMax &&
        (unanswered.length === 0 || stage.world.random.chance(0.5))
      ) {
        const batch = this.newBatch();
        stage.history.intended(this.place, this.name, batch.values);
        unanswered.push(batch);
      }
      const connection = client;
      const answers = await Promise.all(unanswered.map((batch) => this.send(connection, batch)));
      const refused = answers.findIndex((error) => error !== 'NONE');
      unanswered.splice(0, refused === -1 ? answers.length : refused);
      if (refused === 0 && answers[0] === 'OUT_OF_ORDER_SEQUENCE_NUMBER') {
        // The broker may forget all but the last batch when it starts anew (as Kafka does). And of whom it has
        // nothing in the log after that failed, it takes any batch for the first (as Kafka does): not otherwise.
        const mayBeUnknown = stage.mayRefuse && unanswered[0]?.isFirst === true;
        if (!stage.hasRestarted && !mayBeUnknown)
          throw new Violation(`${this.name}: the first batch unanswered is out of order`);
        return;
      }
      if (refused !== -1) {
        client.close();
        await stage.world.sleep(stage.world.delay(10, 500));
      }
      await stage.world.sleep(stage.world.delay(1, 100));
    }
  }

  private get place(): string {
    return this.stage.place(this.partition);
  }

  /** As the producer's own clock tells it, not always forward. */
  private timestamp(): number {
    const { world } = this.stage;
    return epochMs + Math.floor(world.now) - this.skewMs - world.random.integer(0, 50);
  }

  private newBatch(): Batch {
    const { random } = this.stage.world;
    const values = Array.from({ length: random.integer(1, 4) }, () => {
      this.lastValue += 1;
      return `${this.name}/${this.lastValue}`.padEnd(random.integer(0, this.paddingBytesMax));
    });
    const baseSequence = this.nextSequence;
    this.nextSequence += values.length;
    const isIdempotent = this.producerId !== -1;
    const timestamps = values.map(() => this.timestamp());
    const records = encodeBatch({
      records: values.map((value, index) => ({
        timestamp: timestamps[index] ?? 0,
        key: null,
        value: Buffer.from(value),
      })),
      ...(isIdempotent ? { producerId: this.producerId, producerEpoch: 0, baseSequence } : {}),
    });
    if (isIdempotent) this.stage.usage.sent(records.length);
    return {
      values,
      timestamps,
      records,
      madeAtMs: this.stage.world.now,
      isFirst: baseSequence === 0,
      sends: 0,
    };
  }

  private async init(client: Client): Promise<boolean> {
    try {
      const answer = await client.request(initProducerIdApi, 4, {
        transactionalId: null,
        transactionTimeoutMs: 0,
      });
      if (answer.errorCode === 0) this.producerId = answer.producerId;
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
    }
    return this.producerId !== -1;
  }

  private async send(client: Client, batch: Batch): Promise<ErrorName | 'NO_ANSWER'> {
    const { stage, partition } = this;
    const { records } = batch;
    batch.sends += 1;
    // Each time that a plain batch is sent it is another one.
    if (this.producerId === -1) stage.usage.sent(records.length);
    try {
      const answer = await client.request(produceApi, version, {
        transactionalId: null,
        acks: this.acks,
        timeoutMs: 30_000,
        topicData: [{ name: stage.topic, partitionData: [{ index: partition, records }] }],
      });
      const [response] = answer.responses[0]?.partitionResponses ?? [];
      if (response === undefined) throw new Violation('a produce was answered without its partition');
      const error = errorName(response.errorCode);
      if (error === 'KAFKA_STORAGE_ERROR' && !stage.mayRefuse)
        throw new Violation(`${this.place}: the disk is sound, and a produce was refused for it`);
      // What the leader alone has may go with it, also after it was acknowledged.
      if (error === 'NONE' && this.acks === -1) {
        const told = batch.values.map((value, index) => ({ value, timestamp: batch.timestamps[index] ?? 0 }));
        stage.history.acknowledged(this.place, response.baseOffset, told);
        // A batch that was refused and lies in the log all the same is a repeat when it is sent again, and counts as none.
        if (batch.sends === 1) stage.usage.wasAcknowledged(records.length, batch.madeAtMs);
      }
      return error;
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      return 'NO_ANSWER';
    }
  }
}
