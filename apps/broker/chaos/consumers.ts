import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { partitions, topic } from './cell.ts';
import type { History, SeenRecord } from './history.ts';

const groupId = 'billing';
const membersCount = 2;
const lookMs = 2_000;
const againMs = 20_000;

const recordsOf = ({ batch }: EachBatchPayload): SeenRecord[] =>
  batch.messages.map(({ offset, value }) => ({ offset: Number(offset), value: String(value) }));

/** A group that commits what it has read, somebody who looks at what it committed, and a reader from the beginning. */
export class Consumers {
  /** The client gave up, and the consumer was made anew. */
  readonly counts = { renewed: 0 };
  readonly #kafka: Kafka;
  readonly #history: History;
  readonly #group: (Consumer | null)[] = [];
  readonly #loops: Promise<void>[] = [];
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #made = 0;

  constructor(kafka: Kafka, history: History) {
    this.#kafka = kafka;
    this.#history = history;
  }

  async start(): Promise<void> {
    for (let index = 0; index < membersCount; index++) this.#group.push(await this.#join());
    this.#loops.push(this.#readAgain(), this.#look());
  }

  /** One of the group goes; resolves to what brings another. */
  async leave(): Promise<() => Promise<void>> {
    const consumer = this.#group[0] ?? null;
    this.#group[0] = null;
    await consumer?.disconnect().catch(() => undefined);
    return async () => {
      this.#group[0] = await this.#join();
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    await Promise.all(this.#loops);
    for (const consumer of this.#group) await consumer?.disconnect().catch(() => undefined);
  }

  async #join(): Promise<Consumer> {
    this.#made += 1;
    const name = `member ${this.#made}`;
    const consumer = this.#kafka.consumer({ groupId });
    const commit = async ({ batch: { partition } }: EachBatchPayload, records: readonly SeenRecord[]) => {
      const offset = (records.at(-1)?.offset ?? -1) + 1;
      try {
        await consumer.commitOffsets([{ topic, partition, offset: String(offset) }]);
        this.#history.committed(partition, offset);
      } catch {
        // The next one says more. Thrown on, it would have the client deliver these records once more.
      }
    };
    await this.#run(consumer, name, { isFirstCommitted: true, afterwards: commit });
    return consumer;
  }

  async #run(
    consumer: Consumer,
    name: string,
    {
      isFirstCommitted,
      afterwards,
    }: {
      readonly isFirstCommitted: boolean;
      readonly afterwards: (payload: EachBatchPayload, records: readonly SeenRecord[]) => Promise<void>;
    },
  ): Promise<void> {
    /** By partition, what was committed when it was given out. */
    let floors = new Map<number, number>();
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.#history.began(name);
      floors = new Map(partitions.map((partition) => [partition, this.#history.commitFloor(partition)]));
    });
    await connected(consumer);
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        if (payload.isStale()) return;
        const records = recordsOf(payload);
        const { partition } = payload.batch;
        const floor = floors.get(partition);
        const first = records[0];
        if (isFirstCommitted && floor !== undefined && first !== undefined)
          this.#history.foundCommit(partition, first.offset, floor, `${name} began at`);
        floors.delete(partition);
        this.#history.read(name, partition, records);
        await afterwards(payload, records);
      },
    });
  }

  /** From the beginning to where it gets in a while, over and over. */
  async #readAgain(): Promise<void> {
    for (let round = 0; !this.#isStopped; round++) {
      const name = `reader ${round}`;
      const consumer = this.#kafka.consumer({ groupId: name });
      try {
        await this.#run(consumer, name, { isFirstCommitted: false, afterwards: async () => undefined });
        await this.#pause(againMs);
      } catch {
        this.counts.renewed += 1;
      } finally {
        await consumer.disconnect().catch(() => undefined);
      }
    }
  }

  async #look(): Promise<void> {
    const admin = this.#kafka.admin();
    while (!this.#isStopped) {
      const floors = partitions.map((partition) => this.#history.commitFloor(partition));
      try {
        await admin.connect();
        const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
        for (const { partition, offset } of found?.partitions ?? [])
          this.#history.foundCommit(partition, Number(offset), floors[partition] ?? -1, 'a look found');
      } catch {
        // Nobody could tell; the next look may be answered.
      }
      await this.#pause(lookMs);
    }
    await admin.disconnect().catch(() => undefined);
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, this.#stopped.promise]);
    clearTimeout(timer);
  }
}

const connectMsMax = 90_000;

/** The client gives up after a while where nobody answers; who runs a consumer starts it again. */
async function connected(consumer: Consumer): Promise<void> {
  const untilMs = performance.now() + connectMsMax;
  for (;;) {
    try {
      return await consumer.connect();
    } catch (cause) {
      if (performance.now() > untilMs) throw cause;
    }
  }
}

const readMsMax = 60_000;

/** Every partition from the beginning up to its end; null where that could not be read within a minute. */
export async function readLogs(kafka: Kafka): Promise<ReadonlyMap<number, readonly SeenRecord[]> | null> {
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: 'auditor' });
  const logs = new Map<number, SeenRecord[]>(partitions.map((partition) => [partition, []]));
  try {
    await admin.connect();
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
    );
    const done = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => done.resolve(false), readMsMax);
    const isDone = () =>
      [...logs].every(([partition, log]) => (log.at(-1)?.offset ?? -1) + 1 >= (ends.get(partition) ?? 0));
    // Read anew from where it is given out, so a second time replaces the first.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const partition of partitions) logs.set(partition, []);
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        for (const record of recordsOf(payload)) logs.get(payload.batch.partition)?.push(record);
        if (isDone()) done.resolve(true);
      },
    });
    const isRead = await done.promise;
    clearTimeout(timer);
    return isRead ? logs : null;
  } catch {
    return null;
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}
